using System.Diagnostics.Metrics;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Listens to the library's meter as any user can: how often each batch size and each chunk length was run, and the same of second passes. It hears every pool of the process.
/// </summary>
internal sealed class PoolMeter : IDisposable
{
    public const int LargestBatch = 256;

    private const string StepBatch = "speech.speechmatics.step.batch_size";
    private const string Chunk = "speech.speechmatics.chunk.audio_duration";
    private const string ReadingBatch = "speech.speechmatics.second_pass.batch_size";
    private const string ReadingQueue = "speech.speechmatics.second_pass.queue_time";

    private readonly MeterListener _listener = new();
    private readonly long[] _batches = new long[LargestBatch + 1];
    private readonly long[] _readingBatches = new long[LargestBatch + 1];
    private readonly LogHistogram _readingQueue = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<double, long> _chunks = [];

    public PoolMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Speechmatics.Speech" && instrument.Name is StepBatch or Chunk or ReadingBatch or ReadingQueue) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, size, _, _) =>
            Interlocked.Increment(ref (instrument.Name == StepBatch ? _batches : _readingBatches)[Math.Clamp(size, 0, LargestBatch)]));
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) =>
        {
            if (instrument.Name == ReadingQueue)
            {
                _readingQueue.Record(TimeSpan.FromSeconds(seconds));
                return;
            }

            lock (_lock) _chunks[seconds] = _chunks.GetValueOrDefault(seconds) + 1;
        });
        _listener.Start();
    }

    /// <summary>Steps run so far by batch size and by chunk in milliseconds.</summary>
    public StepCounts Read()
    {
        lock (_lock) return new StepCounts(Counts(_batches), new SortedDictionary<double, long>(_chunks.ToDictionary(chunk => Math.Round(chunk.Key * 1000, 3), chunk => chunk.Value)));
    }

    /// <summary>Second passes of ended utterances so far.</summary>
    public ReadingCounts ReadReadings() => new(Counts(_readingBatches), _readingQueue.Copy());

    public void Dispose() => _listener.Dispose();

    private static SortedDictionary<int, long> Counts(long[] bySize)
    {
        var counts = new SortedDictionary<int, long>();
        for (var size = 0; size < bySize.Length; size++)
            if (Interlocked.Read(ref bySize[size]) is var count and > 0) counts[size] = count;
        return counts;
    }
}
