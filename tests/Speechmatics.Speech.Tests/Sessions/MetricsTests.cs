using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The meter against the pool's status. By itself: the meter is one for the whole process.</summary>
[Collection(Alone.Name)]
public class MetricsTests
{
    private const string Prefix = "speech.speechmatics.";

    [Fact]
    public async Task Instruments_count_what_the_status_says()
    {
        using var active = new MetricCollector<long>(null, SpeechMetrics.Name, Prefix + "session.active");
        using var refused = new MetricCollector<long>(null, SpeechMetrics.Name, Prefix + "session.refused");
        using var recognized = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "audio.duration");
        using var dropped = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "audio.dropped");
        using var partials = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "partial.latency");
        using var finals = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "final.latency");
        using var steps = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "step.duration");
        using var batches = new MetricCollector<int>(null, SpeechMetrics.Name, Prefix + "step.batch_size");
        using var chunks = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "chunk.audio_duration");
        using var errors = new MetricCollector<long>(null, SpeechMetrics.Name, Prefix + "errors");
        using var utilisation = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "pool.utilisation");
        using var queue = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "pool.queue_depth");
        using var capacity = new MetricCollector<double>(null, SpeechMetrics.Name, Prefix + "pool.capacity");

        var model = new FakeModel();
        await using var pool = Create(model, maxSessions: 2);
        await using var first = await pool.OpenAsync(Options());
        var options = Options();
        options.Overrun = OverrunPolicy.DropOldest;
        options.BufferDuration = TimeSpan.FromSeconds(2);
        await using var second = await pool.OpenAsync(options);
        await Assert.ThrowsAsync<SessionLimitException>(async () => await pool.OpenAsync());
        Assert.Equal(2, active.GetMeasurementSnapshot().Sum(m => m.Value));

        using (var gate = new Gate(model))
        {
            await gate.HoldAsync(first, Silence(0.5));
            for (var i = 0; i < 40; i++) Assert.True(second.TryWrite(Silence(0.1)));
            utilisation.RecordObservableInstruments();
            queue.RecordObservableInstruments();
            capacity.RecordObservableInstruments();
            Assert.Contains(queue.GetMeasurementSnapshot(), m => m.Value >= 1);
            gate.Open();
            await first.WriteAsync((ReadOnlyMemory<float>)Silence(20));
            first.Complete();
            await ReadAsync(first);
        }

        await UntilAsync(() => pool.GetStatus().ActiveSessions == 1, "the first to leave");
        await UntilAsync(() => pool.GetStatus().QueuedSessions == 0 && (second.AudioReceived - second.AudioRecognized).TotalSeconds < 3, "rest");
        model.Running = _ => throw new InvalidDataException("injected");
        Assert.True(second.TryWrite(Silence(1)));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(second));
        await UntilAsync(() => pool.GetStatus().ActiveSessions == 0, "both to leave");

        var status = pool.GetStatus();
        Assert.Equal(0, active.GetMeasurementSnapshot().Sum(m => m.Value));
        Assert.Equal((1, 1L), (refused.GetMeasurementSnapshot().Sum(m => m.Value), status.RefusedSessions));
        Assert.Equal(status.AudioRecognized.TotalSeconds, recognized.GetMeasurementSnapshot().Sum(m => m.Value), 3);
        Assert.Equal(status.AudioDropped.TotalSeconds, dropped.GetMeasurementSnapshot().Sum(m => m.Value), 3);
        Assert.True(status.AudioDropped > TimeSpan.FromSeconds(1));
        Assert.Equal(status.Steps, steps.GetMeasurementSnapshot().Count);
        Assert.Equal(status.Chunks, batches.GetMeasurementSnapshot().Sum(m => m.Value));
        Assert.All(chunks.GetMeasurementSnapshot(), m => Assert.Equal(0.16, m.Value, 6));
        Assert.All(partials.GetMeasurementSnapshot().Concat(finals.GetMeasurementSnapshot()), m => Assert.InRange(m.Value, 0, 60));
        Assert.True(partials.GetMeasurementSnapshot().Count > 10 && finals.GetMeasurementSnapshot().Count >= 3);
        Assert.Equal((1, 1L), (errors.GetMeasurementSnapshot().Sum(m => m.Value), status.FailedSessions));
        Assert.Equal(typeof(InvalidDataException).FullName, errors.GetMeasurementSnapshot().Single().Tags["error.type"]);
        Assert.Equal("s", recognized.Instrument!.Unit);
        Assert.Equal("s", finals.Instrument!.Unit);
        Assert.Equal("{session}", batches.Instrument!.Unit);
        Assert.All(utilisation.GetMeasurementSnapshot(), m => Assert.InRange(m.Value, 0, 1));
        Assert.Contains(capacity.GetMeasurementSnapshot(), m => m.Value >= 1);
    }

    [Fact]
    public async Task Every_instrument_has_a_unit_and_a_description_and_rests_when_nobody_listens()
    {
        await using var pool = Create(new FakeModel());
        await (await pool.OpenAsync(Options())).DisposeAsync();
        Assert.False(SpeechMetrics.StepDuration.Enabled || SpeechMetrics.PartialLatency.Enabled || SpeechMetrics.AudioRecognized.Enabled || SpeechMetrics.Errors.Enabled);
        var seen = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == SpeechMetrics.Name) seen.Add(instrument);
        };
        listener.Start();
        Assert.True(seen.Count >= 13);
        Assert.All(seen, instrument =>
        {
            Assert.StartsWith(Prefix, instrument.Name, StringComparison.Ordinal);
            Assert.Equal(instrument.Name.ToLowerInvariant(), instrument.Name);
            Assert.False(string.IsNullOrEmpty(instrument.Unit));
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
    }
}
