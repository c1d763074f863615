using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class DegradationReportTests
{
    [Fact]
    public void The_report_names_when_each_kind_of_quality_gave_way_and_came_back()
    {
        // a sample each half second: calm, from 5 s a spike until 8 s
        LoadSample[] samples =
        [
            .. Enumerable.Range(1, 30).Select(i => i / 2.0).Select(at => Sample(
                at,
                refined: at is <= 5 or > 12 ? 1 : 0,
                chunk: at is > 6 and <= 11 ? 640 : 160,
                skipped: at is > 7 and <= 9 ? 2 : 0)),
        ];
        var degradation = Degradation.Of(samples, 1, 5, 8);
        Assert.Equal(new Degradation(5.5, 6.5, 7.5, 9, 11.5, 12.5), degradation);
        Assert.True(degradation.InOrder);
    }

    [Fact]
    public void Skipping_before_chunks_grow_is_out_of_order()
    {
        LoadSample[] samples = [.. Enumerable.Range(1, 20).Select(at => Sample(at, refined: at <= 5 ? 1 : 0, chunk: at > 8 ? 640 : 160, skipped: at > 7 ? 1 : 0))];
        Assert.False(Degradation.Of(samples, 1, 5, 12).InOrder);
        Assert.False(Degradation.Of([.. samples.Select(sample => sample with { ChunkMilliseconds = 160 })], 1, 5, 12).InOrder);
    }

    [Fact]
    public void A_spike_that_was_taken_in_full_quality_gave_nothing_up()
    {
        LoadSample[] samples = [.. Enumerable.Range(1, 20).Select(at => Sample(at, refined: 1, chunk: 160, skipped: 0))];
        Assert.Equal(new Degradation(null, null, null, null, null, null), Degradation.Of(samples, 1, 5, 12));
    }

    private static LoadSample Sample(double seconds, long refined, double chunk, long skipped) => new()
    {
        Seconds = seconds,
        Sessions = 1,
        LagP50 = null,
        LagP95 = null,
        LagP99 = null,
        PartialLagP99 = null,
        FinalLagP50 = null,
        FinalLagP99 = null,
        Events = 0,
        Utilisation = 0,
        ReadingUtilisation = 0,
        Readings = 0,
        SkippedReadings = skipped,
        RepeatedReadings = 0,
        RefinedPartials = refined,
        StablePartialShare = null,
        QueuedReadings = 0,
        ReadingBatchSize = null,
        ReadingQueueP50 = null,
        ReadingQueueP99 = null,
        ReadingRealTimeFactor = null,
        ChunkMilliseconds = chunk,
        BatchSize = null,
        Queued = 0,
        BacklogSeconds = 0,
        DroppedSeconds = 0,
        Refused = 0,
        Failed = 0,
        WordErrorRate = null,
        CpuPercent = 0,
        OtherCpuPercent = null,
        DriverThreadsCpuPercent = null,
        DriverCpuPercent = null,
        DriverLatenessP50 = null,
        DriverLatenessP99 = null,
        MemoryMegabytes = 0,
        HeapMegabytes = 0,
        AllocatedBytesPerChunk = null,
        PauseMilliseconds = 0,
        AudioSeconds = 0,
        Steps = 0,
        Chunks = 0,
        MovedChunks = 0,
        EncoderSeconds = 0,
        StepShare = null,
        IntakeShare = null,
        ProcessShare = null,
    };
}
