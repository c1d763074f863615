using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Speechmatics.Speech.Cli;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Tests.Cli;

/// <summary>Runs the tool in this process with its output caught and a scripted transcriber in the recognizer's place.</summary>
internal sealed class CommandLine
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public ScriptedTranscriber Transcriber { get; } = new();

    public ModelFacts? Facts { get; set; }

    public bool OutIsTerminal { get; set; }

    public bool ErrorIsTerminal { get; set; }

    public bool InputIsTerminal { get; set; }

    public int Width { get; set; } = 200;

    public byte[] Input { get; set; } = [];

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public ConcurrentQueue<TranscriberSettings> Created { get; } = new();

    public Task<int> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var services = new ToolServices
        {
            Terminal = new Terminal
            {
                Out = _out,
                Error = _error,
                OpenInput = () => new MemoryStream(Input),
                OutIsTerminal = OutIsTerminal,
                ErrorIsTerminal = ErrorIsTerminal,
                InputIsTerminal = InputIsTerminal,
                Width = () => Width,
            },
            CreateTranscriber = (settings, _) =>
            {
                Created.Enqueue(settings);
                return Task.FromResult<ITranscriber>(Transcriber);
            },
            InspectModel = (path, _) => Facts is null ? throw new DirectoryNotFoundException($"{path}: no such folder") : Task.FromResult(Facts),
            Time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(2) },
        };
        return SpeechTool.RunAsync(args, services, cancellationToken);
    }
}
