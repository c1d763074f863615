using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Cli;

/// <summary>Gives the events it was told to, by the input's base name.</summary>
internal sealed class ScriptedTranscriber : ITranscriber
{
    private readonly Dictionary<string, (object[] Steps, Task Start)> _scripts = [];

    public ConcurrentQueue<AudioInput> Inputs { get; } = new();

    public bool Disposed { get; private set; }

    /// <summary>Steps are events, or exceptions to be thrown. Nothing happens before <paramref name="start"/> is done.</summary>
    public void Script(string baseName, object[] steps, Task? start = null) => _scripts[baseName] = (steps, start ?? Task.CompletedTask);

    public async IAsyncEnumerable<SpeechEvent> TranscribeAsync(
        AudioInput input, IProgress<TranscriptionProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Inputs.Enqueue(input);
        if (!_scripts.TryGetValue(input.BaseName, out var script))
            throw new FileNotFoundException($"Could not find file '{input.Name}'.", input.Name);
        await script.Start.WaitAsync(cancellationToken);
        foreach (var step in script.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step is Exception exception)
                throw exception;
            yield return (SpeechEvent)step;
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
