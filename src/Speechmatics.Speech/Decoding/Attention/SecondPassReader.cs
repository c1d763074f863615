using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// The second pass over finished utterances, all of it: mel, encoder, decoder, guards with the second reading, words with times in the stream. Owned by one thread. A job's result is the
/// same alone and in any batch.
/// </summary>
internal sealed class SecondPassReader : IDisposable
{
    /// <summary>
    /// Mel frames of all rows of one run: 80 s. It bounds the memory for keys and values (49 MB for the default model) and how long a run lasts; eight rows, where a decoder step
    /// costs a quarter for each row of what it costs alone, fit in up to 10 s of padded length.
    /// </summary>
    private const int MaxRunFrames = 8000;

    private readonly AttentionDecoder _decoder;
    private readonly AttentionWords _words;
    private readonly AttentionHypothesis[] _readings;
    private readonly AttentionRow[] _rows;
    private readonly UtteranceMel _computeMel;
    private readonly SecondPassPolicy _policy;
    private int[] _pending = [];
    private int[] _again = [];
    private float[] _mel = [];

    /// <param name="model">May be disposed before the reader, which keeps the weights alive.</param>
    /// <param name="computeMel">The features of the model; called on the reader's thread.</param>
    /// <param name="maxRows">Utterances that are decoded at once, at least 1.</param>
    /// <param name="policy">The guards; null for the default.</param>
    /// <param name="betweenRuns">Called on the reader's thread before each run of the model, so that more urgent work can go first; or null.</param>
    public SecondPassReader(EnhancedSpeechModel model, UtteranceMel computeMel, int maxRows = 8, SecondPassPolicy? policy = null, Action? betweenRuns = null)
    {
        _decoder = new AttentionDecoder(model.CreateNetwork(maxRows), model.Vocabulary, betweenRuns);
        _words = new AttentionWords(model.Vocabulary, model.Layout);
        _readings = [.. Enumerable.Range(0, maxRows).Select(_ => new AttentionHypothesis())];
        _rows = new AttentionRow[maxRows];
        (_computeMel, _policy) = (computeMel, policy ?? SecondPassPolicy.Default);
    }

    private AttentionLayout Layout => _decoder.Layout;

    /// <summary>Samples to which an utterance is padded: jobs of one call must have this in common.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or longer than 30 s.</exception>
    public static int PaddedSamples(int samples) => UtterancePadding.PaddedSamples(samples);

    /// <summary>Jobs of one padded length that run at once; a call may bring more, which then run one batch after the other.</summary>
    public int MaxBatch(int paddedSamples) => Math.Clamp(MaxRunFrames / (paddedSamples / Layout.HopSamples), 1, _decoder.MaxRows);

    /// <summary>Reads utterances.</summary>
    /// <param name="jobs">All of one <see cref="PaddedSamples"/>.</param>
    /// <param name="results">To fill: one for each job.</param>
    /// <param name="ct">Looked at before each encoder run and each step of the decoder: some milliseconds, at most some hundred with an utterance of 30 s.</param>
    /// <exception cref="ArgumentException">Jobs of different padded lengths, or an utterance of more than 30 s (see <see cref="UtteranceSplitter"/>).</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled; the results are worthless.</exception>
    /// <exception cref="SpeechModelException">ONNX Runtime failed.</exception>
    public void Read(ReadOnlySpan<SecondPassJob> jobs, Span<SecondPassResult> results, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(results.Length, jobs.Length, nameof(results));
        if (jobs.IsEmpty) return;
        var padded = PaddedSamples(jobs[0].Audio.Length);
        if (_pending.Length < jobs.Length) (_pending, _again) = (new int[jobs.Length], new int[jobs.Length]);
        for (var i = 0; i < jobs.Length; i++)
        {
            if (PaddedSamples(jobs[i].Audio.Length) != padded) throw new ArgumentException("The jobs of one call must have one padded length.", nameof(jobs));
            _pending[i] = i;
        }

        var again = ReadAll(jobs, results, _pending.AsSpan(0, jobs.Length), padded, _again, ct);
        ReadAll(jobs, results, _again.AsSpan(0, again), UtterancePadding.MaxSamples, [], ct);
    }

    public void Dispose() => _decoder.Dispose();

    /// <summary>Reads the jobs listed and lists those to read again.</summary>
    private int ReadAll(
        ReadOnlySpan<SecondPassJob> jobs, Span<SecondPassResult> results, ReadOnlySpan<int> pending, int paddedSamples, Span<int> again, CancellationToken ct)
    {
        var againCount = 0;
        var fullyPadded = paddedSamples == UtterancePadding.MaxSamples;
        for (var done = 0; done < pending.Length;)
        {
            var batch = pending.Slice(done, Math.Min(MaxBatch(paddedSamples), pending.Length - done));
            Decode(jobs, batch, paddedSamples, ct);
            for (var row = 0; row < batch.Length; row++)
            {
                var verdict = _policy.Judge(_readings[row], fullyPadded, _words.Count(_readings[row]), jobs[batch[row]].FirstPassWords);
                if (verdict.Decision == SecondPassDecision.RetryWithFullPadding) again[againCount++] = batch[row];
                else results[batch[row]] = Complete(jobs[batch[row]], _readings[row], verdict, readTwice: again.IsEmpty);
            }

            done += batch.Length;
        }

        return againCount;
    }

    private void Decode(ReadOnlySpan<SecondPassJob> jobs, ReadOnlySpan<int> batch, int paddedSamples, CancellationToken ct)
    {
        var melFloats = paddedSamples / Layout.HopSamples * Layout.MelBins;
        if (_mel.Length < batch.Length * melFloats) _mel = new float[batch.Length * melFloats];
        for (var row = 0; row < batch.Length; row++)
        {
            ct.ThrowIfCancellationRequested();
            var job = jobs[batch[row]];
            var mel = _mel.AsMemory(row * melFloats, melFloats);
            _computeMel(job.Audio.Span, mel.Span);
            _rows[row] = new AttentionRow
            {
                Mel = mel,
                MaxTokens = _policy.MaxTokens(job.Audio.Length, Layout.SampleRate),
                AlignmentFrames = (job.Audio.Length + Layout.SamplesPerEncoderFrame - 1) / Layout.SamplesPerEncoderFrame,
                BeamSize = job.BeamSize,
                Phrases = job.Phrases,
            };
        }

        _decoder.Decode(_rows.AsSpan(0, batch.Length), _readings.AsSpan(0, batch.Length), ct);
        _rows.AsSpan(0, batch.Length).Clear();
    }

    private SecondPassResult Complete(in SecondPassJob job, AttentionHypothesis reading, SecondPassVerdict verdict, bool readTwice)
    {
        var accepted = verdict.Decision == SecondPassDecision.Accept;
        var words = accepted && verdict.Reason == SecondPassReason.Plausible && !job.Audio.IsEmpty ? _words.Build(reading, job.Audio.Span, job.StartSample) : [];
        return new SecondPassResult
        {
            Accepted = accepted,
            Reason = verdict.Reason == SecondPassReason.Plausible && words.IsEmpty ? SecondPassReason.Empty : verdict.Reason,
            Words = words,
            ReadTwice = readTwice,
            MeanLogProbability = reading.MeanLogProbability,
            NoSpeechProbability = reading.NoSpeechProbability,
        };
    }
}
