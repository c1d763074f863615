using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Recognises some of a run's sessions once more, each alone on a pool of one worker and from the same samples, and compares words and error rates.
/// </summary>
/// <param name="ChunkMilliseconds">The chunk of the replay: the run's pinned one, or the smallest that its elastic sessions may use.</param>
/// <param name="Sessions">Sessions replayed.</param>
/// <param name="Identical">Sessions whose words and times came out the same to the last one.</param>
/// <param name="Alone">Word errors of the replays.</param>
/// <param name="UnderLoad">Word errors of the same sessions in the run.</param>
internal sealed record ReferenceRun(double ChunkMilliseconds, int Sessions, int Identical, ErrorCounts Alone, ErrorCounts UnderLoad)
{
    /// <summary>Audio replayed at most, in seconds; a session more may begin below it.</summary>
    private const double AudioBudget = 600;

    public static async Task<ReferenceRun?> RunAsync(
        IAcousticModel model, EnhancedSpeechModel? enhanced, LoadSettings settings, LoadClip[] clips, IReadOnlyList<SessionFacts> sessions, TimeProvider clock, CancellationToken cancellationToken)
    {
        var chunk = settings.Chunk ?? settings.SmallestChunk ?? TimeSpan.FromSeconds(model.Layout.ChunkFrames[0] * model.Layout.SecondsPerEncoderFrame);
        var options = settings.SessionOptions;
        options.Chunk = chunk;
        options.SmallestChunk = null;
        options.RefinePartials = false;
        options.MaxDelay = Timeout.InfiniteTimeSpan;
        options.Overrun = OverrunPolicy.Wait;
        var pool = new SessionPool(model, new SessionPoolOptions { Workers = 1, MaxSessions = 1 }, clock, enhanced);
        await using var _ = pool.ConfigureAwait(false);

        var whole = sessions.Where(session => session.Whole && session.Errors.ReferenceWords > 0).ToArray();
        var picked = whole.OrderBy(session => (session.Number * 0.6180339887498949) % 1).ToArray();
        var (seconds, number, identical) = (0.0, 0, 0);
        var (alone, underLoad) = (default(ErrorCounts), default(ErrorCounts));
        foreach (var session in picked)
        {
            if (seconds >= AudioBudget) break;
            var scorer = await ReplayAsync(pool, options, settings, clips, session, cancellationToken).ConfigureAwait(false);
            seconds += (double)session.Samples / settings.SampleRate;
            number++;
            if (scorer.Fingerprint == session.Fingerprint) identical++;
            alone += scorer.Counts;
            underLoad += session.Errors;
        }

        return number == 0 ? null : new ReferenceRun(chunk.TotalMilliseconds, number, identical, alone, underLoad);
    }

    private static async Task<ClipScorer> ReplayAsync(
        SessionPool pool, SessionOptions options, LoadSettings settings, LoadClip[] clips, SessionFacts facts, CancellationToken cancellationToken)
    {
        var seed = LoadSession.SequenceSeed(settings, facts.Number);
        var player = new ClipPlayer(new ClipSequence(clips, settings.GapSamples, seed), settings.Encoding);
        var scorer = new ClipScorer(new ClipSequence(clips, settings.GapSamples, seed), settings.SampleRate);
        var session = await pool.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var reading = ReadAsync();
        var packet = new byte[settings.SampleRate / 10 * Audio.SampleConversion.BytesPerSample(settings.Encoding)];
        var sampleBytes = Audio.SampleConversion.BytesPerSample(settings.Encoding);
        while (player.Samples < facts.Samples)
        {
            var part = packet.AsMemory(0, (int)Math.Min(packet.Length, (facts.Samples - player.Samples) * sampleBytes));
            player.Fill(part.Span);
            await session.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }

        session.Complete();
        await reading.ConfigureAwait(false);
        scorer.End(facts.Samples);
        return scorer;

        async Task ReadAsync()
        {
            await foreach (var speechEvent in session.ReadEventsAsync(cancellationToken).ConfigureAwait(false))
                if (speechEvent is FinalTranscript final)
                    scorer.Add(final);
        }
    }
}
