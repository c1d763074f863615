using System.Diagnostics.Metrics;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>
/// The lag of partials and finals over the last half minute, from the library's own histograms: counts in bins that grow by 10 %, in slices of a second. Thread-safe; a measurement costs one interlocked increment.
/// </summary>
internal sealed class LatencyWindow : IDisposable
{
    private const int Slices = 30;
    private const int Bins = 128;
    private const double Least = 0.0005;
    private const double Growth = 1.1;

    private readonly Series _partials = new();
    private readonly Series _finals = new();
    private readonly TimeProvider _clock;
    private readonly MeterListener _listener;

    public LatencyWindow(TimeProvider clock)
    {
        _clock = clock;
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name != "Speechmatics.Speech") return;
                if (instrument.Name == "speech.speechmatics.partial.latency") listener.EnableMeasurementEvents(instrument, _partials);
                if (instrument.Name == "speech.speechmatics.final.latency") listener.EnableMeasurementEvents(instrument, _finals);
            },
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, series) => ((Series)series!).Add(seconds, Second()));
        _listener.Start();
    }

    /// <summary>In seconds; NaN where nothing was measured.</summary>
    public double Partial(double percentile) => _partials.Percentile(percentile, Second());

    /// <inheritdoc cref="Partial"/>
    public double Final(double percentile) => _finals.Percentile(percentile, Second());

    public void Dispose() => _listener.Dispose();

    private long Second() => _clock.GetTimestamp() / _clock.TimestampFrequency;

    private sealed class Series
    {
        private readonly Lock _gate = new();
        private readonly int[][] _counts = [.. Enumerable.Range(0, Slices).Select(_ => new int[Bins])];
        private readonly long[] _seconds = new long[Slices];

        public void Add(double seconds, long now)
        {
            var bin = seconds <= Least ? 0 : (int)Math.Min(Bins - 1, Math.Ceiling(Math.Log(seconds / Least) / Math.Log(Growth)));
            Interlocked.Increment(ref Slice(now)[bin]);
        }

        public double Percentile(double percentile, long now)
        {
            Span<long> sum = stackalloc long[Bins];
            long all = 0;
            lock (_gate)
            {
                for (var slice = 0; slice < Slices; slice++)
                {
                    if (_seconds[slice] <= now - Slices) continue;
                    for (var bin = 0; bin < Bins; bin++)
                    {
                        sum[bin] += _counts[slice][bin];
                        all += _counts[slice][bin];
                    }
                }
            }

            if (all == 0) return double.NaN;
            long seen = 0;
            var wanted = Math.Ceiling(all * percentile / 100);
            for (var bin = 0; bin < Bins; bin++)
                if ((seen += sum[bin]) >= wanted) return Least * Math.Pow(Growth, bin);
            return double.NaN;
        }

        private int[] Slice(long now)
        {
            var slice = (int)(now % Slices);
            if (Volatile.Read(ref _seconds[slice]) == now) return _counts[slice];
            lock (_gate)
            {
                if (_seconds[slice] == now) return _counts[slice];
                Array.Clear(_counts[slice]);
                Volatile.Write(ref _seconds[slice], now);
            }

            return _counts[slice];
        }
    }
}
