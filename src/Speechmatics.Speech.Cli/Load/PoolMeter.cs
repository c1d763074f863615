using System.Diagnostics.Metrics;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Listens to the library's meter as any user can: how often each batch size and each chunk length was run. It hears every pool of the process.
/// </summary>
internal sealed class PoolMeter : IDisposable
{
    public const int LargestBatch = 256;

    private readonly MeterListener _listener = new();
    private readonly long[] _batches = new long[LargestBatch + 1];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<double, long> _chunks = [];

    public PoolMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Speechmatics.Speech" && instrument.Name is "speech.speechmatics.step.batch_size" or "speech.speechmatics.chunk.audio_duration")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((_, size, _, _) => Interlocked.Increment(ref _batches[Math.Clamp(size, 0, LargestBatch)]));
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            lock (_lock) _chunks[seconds] = _chunks.GetValueOrDefault(seconds) + 1;
        });
        _listener.Start();
    }

    /// <summary>Steps run so far by batch size and by chunk in milliseconds.</summary>
    public StepCounts Read()
    {
        var batches = new SortedDictionary<int, long>();
        for (var size = 0; size < _batches.Length; size++)
            if (Interlocked.Read(ref _batches[size]) is var count and > 0)
                batches[size] = count;
        lock (_lock) return new StepCounts(batches, new SortedDictionary<double, long>(_chunks.ToDictionary(chunk => Math.Round(chunk.Key * 1000, 3), chunk => chunk.Value)));
    }

    public void Dispose() => _listener.Dispose();
}
