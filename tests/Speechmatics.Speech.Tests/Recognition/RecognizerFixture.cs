using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>A recognizer of the English model on a pool of its own, for the tests of one class.</summary>
public sealed class RecognizerFixture(ModelFixture model) : IAsyncDisposable
{
    private readonly SessionPool _pool = new(model.Model, new SessionPoolOptions { MaxSessions = 256 });

    public SpeechRecognizer Recognizer => field ??= SpeechRecognizer.FromPool(_pool);

    internal static AudioSource File(string clip) => AudioSource.FromWaveFile(Path.Combine(Repository.SampleAudio, clip + ".wav"));

    internal static AudioSource Samples(float[] samples, int sampleRate = 16000) => AudioSource.FromSamples(Pieces(samples), sampleRate);

    internal async Task<List<SpeechEvent>> AllEventsAsync(AudioSource source, SessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        var events = new List<SpeechEvent>();
        await foreach (var speechEvent in Recognizer.RecognizeAsync(source, options, cancellationToken)) events.Add(speechEvent);
        return events;
    }

    internal async Task<string> TextAsync(AudioSource source, SessionOptions? options = null) => Clips.Text(await AllEventsAsync(source, options));

    /// <summary>Waits until no recognition holds a place any more: what was left must give its place back by itself.</summary>
    internal async Task<int> SessionsLeftAsync()
    {
        for (var i = 0; i < 100 && _pool.GetStatus().ActiveSessions > 0; i++) await Task.Delay(10);
        return _pool.GetStatus().ActiveSessions;
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> Pieces(float[] samples)
    {
        for (var at = 0; at < samples.Length; at += 1600) yield return samples.AsMemory(at, Math.Min(1600, samples.Length - at));
        await Task.CompletedTask;
    }
}
