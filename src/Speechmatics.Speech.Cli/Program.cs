using Speechmatics.Speech.Cli;

return await SpeechTool.RunAsync(args, new ToolServices { Terminal = Terminal.FromProcess() });
