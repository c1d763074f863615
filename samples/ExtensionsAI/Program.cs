// The engine as a Microsoft.Extensions.AI speech-to-text client, with logging around it: dotnet run --project samples/ExtensionsAI -- samples/audio/orders-005.wav
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Speechmatics.Speech.Extensions.AI;
using Speechmatics.Speech.Recognition;

var builder = Host.CreateApplicationBuilder();
builder.Services.AddSpeech();
builder.Services.AddSpeechToTextClient(services => services.GetRequiredService<SpeechRecognizer>().AsSpeechToTextClient()).UseLogging();
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<ISpeechToTextClient>();
await using var audio = File.OpenRead(args[0]);
await foreach (var update in client.GetStreamingTextAsync(audio)) Console.Write(update.Text);
Console.WriteLine();
await host.StopAsync();
