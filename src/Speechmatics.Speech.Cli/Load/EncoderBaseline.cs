using System.Runtime.InteropServices;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// The bare encoder's throughput: as many threads as the pool has workers, each running full steps of the pool's batch size over windows of real speech, with nothing else done. What the pool holds is
/// measured against this.
/// </summary>
/// <param name="ChunkMilliseconds">The chunk.</param>
/// <param name="BatchSize">Sessions in each step: the pool's own limit for the chunk.</param>
/// <param name="Threads">Threads that ran steps at once.</param>
/// <param name="StepMilliseconds">The mean time of a step.</param>
/// <param name="Sessions">Sessions at real time for which the threads' encoder runs sufficed.</param>
internal sealed record EncoderBaseline(double ChunkMilliseconds, int BatchSize, int Threads, double StepMilliseconds, double Sessions)
{
    /// <summary>Measures for <paramref name="duration"/>; the threads' first runs, which allocate, do not count.</summary>
    public static async Task<EncoderBaseline> MeasureAsync(
        IAcousticModel model, int chunkFrames, LoadSettings settings, LoadClip[] clips, TimeSpan duration, TimeProvider clock, CancellationToken cancellationToken)
    {
        var rows = StepScheduler.RowLimit(chunkFrames, settings.MaxBatch);
        var threads = settings.WorkerCount;
        var windows = MelWindows(model, chunkFrames, settings, clips);
        using var ready = new CountdownEvent(threads);
        using var go = new ManualResetEventSlim();
        var results = new Task<(long Steps, long Ticks)>[threads];
        for (var thread = 0; thread < threads; thread++)
        {
            var first = thread * rows;
            results[thread] = Task.Factory.StartNew(() => Run(first), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        var all = Task.WhenAll(results);
        var started = Task.Factory.StartNew(
            () =>
            {
                // a thread that failed never gets ready
                while (!ready.Wait(TimeSpan.FromMilliseconds(20), CancellationToken.None) && !results.Any(result => result.IsFaulted || result.IsCanceled))
                {
                }

                go.Set();
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await started.ConfigureAwait(false);
        var measured = await all.ConfigureAwait(false);

        var perSecond = measured.Sum(result => result.Steps / ((double)result.Ticks / clock.TimestampFrequency));
        var chunkSeconds = chunkFrames * model.Layout.SecondsPerEncoderFrame;
        return new EncoderBaseline(chunkSeconds * 1000, rows, threads, 1000 * threads / perSecond, perSecond * rows * chunkSeconds);

        (long Steps, long Ticks) Run(int firstWindow)
        {
            using var step = model.CreateEncoderStep(rows);
            float[][] states = [.. model.Layout.States.Select(state => GC.AllocateArray<float>(rows * state.FloatsPerSession, pinned: true))];
            nint[] addresses = [.. states.Select(state => Marshal.UnsafeAddrOfPinnedArrayElement(state, 0))];
            step.SetChunk(chunkFrames);
            for (var row = 0; row < rows; row++)
            {
                windows[(firstWindow + row) % windows.Length].CopyTo(step.MelWindow(row));

                // long past the first seconds: the whole ring is read
                step.SetProcessed(row, 10_000 + row);
            }

            for (var i = 0; i < 2; i++) step.Run(rows, addresses);
            ready.Signal();
            go.Wait(cancellationToken);
            var (steps, start, ticks) = (0L, clock.GetTimestamp(), 0L);
            while (ticks < duration.TotalSeconds * clock.TimestampFrequency)
            {
                cancellationToken.ThrowIfCancellationRequested();
                step.Run(rows, addresses);
                steps++;
                ticks = clock.GetTimestamp() - start;
            }

            GC.KeepAlive(states);
            return (steps, ticks);
        }
    }

    /// <summary>Windows of speech, one after another through the clips.</summary>
    private static float[][] MelWindows(IAcousticModel model, int chunkFrames, LoadSettings settings, LoadClip[] clips)
    {
        var bins = model.Layout.MelBins;
        var length = model.Layout.MelWindowFrames(chunkFrames) * bins;
        var windows = new List<float[]>();
        foreach (var clip in clips)
        {
            var samples = new float[clip.Samples];
            Audio.SampleConversion.ToFloat(clip.Audio, settings.Encoding, samples);
            var resampler = new Audio.StreamingResampler(settings.SampleRate, model.Layout.SampleRate);
            var atModelRate = new float[resampler.MaxOutput(samples.Length)];
            var count = resampler.Process(samples, atModelRate);
            var extractor = new LogMelExtractor(model.MelTables);
            var mel = new float[extractor.FramesAfter(count) * bins];
            var frames = extractor.Process(atModelRate.AsSpan(0, count), mel);
            for (var at = 0; at + length <= frames * bins; at += length) windows.Add(mel[at..(at + length)]);
        }

        if (windows.Count == 0) throw new InvalidDataException($"No recording in {settings.AudioFolder} is as long as a chunk.");
        return [.. windows];
    }
}
