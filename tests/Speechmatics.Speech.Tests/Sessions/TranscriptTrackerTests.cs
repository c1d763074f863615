using CsCheck;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The rules of utterances, with tokens written by hand. The fake model's frames are 80 ms; 0.64 s of silence are 8 of them.</summary>
public class TranscriptTrackerTests
{
    private static readonly SessionEngine Engine = new(new FakeModel(), TimeProvider.System);

    private static SessionOptions Options() => new()
    {
        EndpointSilence = TimeSpan.FromSeconds(0.64),
        MaxDelay = Timeout.InfiniteTimeSpan,
        MaxUtterance = Timeout.InfiniteTimeSpan,
    };

    private static EmittedToken Token(long frame, int duration = 1, int id = 0) => new(id, frame, duration, -0.1f);

    [Fact]
    public void The_gap_alone_ends_an_utterance_whether_inside_a_chunk_or_after_it()
    {
        var inside = new TranscriptTracker(Engine, Options());
        inside.Append([Token(0), Token(4, 2), Token(14), Token(21)], [], 22, 22);
        Assert.Equal([EndOfUtteranceReason.TrailingSilence], Reasons(inside));
        Assert.Equal(TimeSpan.FromMilliseconds(6 * 80), inside.Events.OfType<EndOfUtterance>().Single().Time);

        var after = new TranscriptTracker(Engine, Options());
        after.Append([Token(0), Token(4, 2)], [], 13, 13);
        Assert.Empty(Reasons(after));
        after.Append([], [], 14, 1);
        Assert.Equal([EndOfUtteranceReason.TrailingSilence], Reasons(after));
        after.Append([], [], 40, 26);
        Assert.Single(Reasons(after));
    }

    [Fact]
    public void A_long_utterance_ends_before_its_next_word_and_a_forced_end_is_told_even_without_words()
    {
        var options = Options();
        options.MaxUtterance = TimeSpan.FromSeconds(1.6);
        var tracker = new TranscriptTracker(Engine, options);
        tracker.Append([.. Enumerable.Range(0, 12).Select(i => Token(4 * i))], [], 46, 46);
        Assert.Equal([EndOfUtteranceReason.MaximumLength, EndOfUtteranceReason.MaximumLength], Reasons(tracker));
        Assert.Equal([5, 5], tracker.Events.OfType<FinalTranscript>().Select(final => final.Words.Length));

        tracker.EndUtterance(EndOfUtteranceReason.EndOfAudio, 46);
        tracker.EndUtterance(EndOfUtteranceReason.EndOfAudio, 46);
        tracker.EndUtterance(EndOfUtteranceReason.Forced, 50);
        Assert.Equal([EndOfUtteranceReason.EndOfAudio, EndOfUtteranceReason.Forced], Reasons(tracker).Skip(2));
        Assert.Equal(TimeSpan.FromMilliseconds(50 * 80), ((EndOfUtterance)tracker.Events[^1]).Time);
    }

    [Fact]
    public void No_word_waits_longer_than_the_greatest_delay_though_the_utterance_goes_on() =>
        Gen.Select(Gen.Int[1, 16], Gen.Int[7, 60]).Sample(
            (chunk, delayFrames) =>
            {
                var options = Options();
                options.MaxDelay = delayFrames * FakePools.Frame;
                var tracker = new TranscriptTracker(Engine, options);
                var waiting = new Queue<TimeSpan>();
                var finals = 0;
                for (var decoded = 0L; decoded < 400; decoded += chunk)
                {
                    var tokens = Enumerable.Range((int)decoded, chunk).Where(f => f % 3 == 0).Select(f => Token(f, 2)).ToArray();
                    foreach (var token in tokens) waiting.Enqueue((token.StartFrame + 2) * FakePools.Frame);
                    tracker.Append(tokens, [], decoded + chunk, chunk);
                    foreach (var final in tracker.Events.OfType<FinalTranscript>())
                    {
                        finals++;
                        foreach (var word in final.Words) Assert.Equal(word.End, waiting.Dequeue());
                    }

                    tracker.Events.Clear();

                    // what is still open will be final with the next chunk, before its delay is over
                    if (delayFrames > chunk + 3 && waiting.TryPeek(out var oldest))
                        Assert.True(((decoded + chunk) * FakePools.Frame) - oldest <= options.MaxDelay, $"{oldest} waits at {decoded + chunk}");
                }

                Assert.True(finals > 1);
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void Chunks_do_not_matter() =>
        Gen.Select(Gen.Select(Gen.Int[0, 14], Gen.Int[0, 4], Gen.Int[0, 3]).Array[0, 40], Gen.Int[1, 12].Array[1, 200], Gen.OneOfConst(1.0, 3.0, double.PositiveInfinity)).Sample(
            (gaps, cuts, maxUtterance) =>
            {
                var tokens = new List<EmittedToken>();
                var frame = 0L;
                foreach (var (gap, duration, id) in gaps) tokens.Add(Token(frame += gap, duration, id));
                var end = frame + 20;
                var options = Options();
                if (!double.IsInfinity(maxUtterance)) options.MaxUtterance = TimeSpan.FromSeconds(maxUtterance);
                var whole = new TranscriptTracker(Engine, options);
                whole.Append([.. tokens], [], end, (int)end);
                whole.EndUtterance(EndOfUtteranceReason.EndOfAudio, end);

                var cut = new TranscriptTracker(Engine, options);
                var decoded = 0L;
                for (var i = 0; decoded < end; i++)
                {
                    var to = Math.Min(end, decoded + cuts[i % cuts.Length]);
                    cut.Append([.. tokens.Where(token => token.StartFrame >= decoded && token.StartFrame < to)], [], to, (int)(to - decoded));
                    decoded = to;
                    if (i % 5 != 4) continue;

                    // a saved and restored tracker goes on as if nothing had been
                    var saved = new MemoryStream();
                    cut.Save(new BinaryWriter(saved));
                    saved.Position = 0;
                    var restored = new TranscriptTracker(Engine, options);
                    restored.Load(new BinaryReader(saved));
                    restored.Events.AddRange(cut.Events);
                    cut = restored;
                }

                cut.EndUtterance(EndOfUtteranceReason.EndOfAudio, end);
                Assert.Equal(Story(whole), Story(cut));
            },
            iter: 2000,
            threads: 1);

    [Fact]
    public void Removed_words_are_told_at_the_end_of_their_utterance_also_after_a_restore()
    {
        var engine = new SessionEngine(
            new FakeModel { Vocabulary = new() { Pieces = ["\u2581um", "\u2581two", "<blank>"], BlankId = 2, ContextTokens = 2, Durations = [0, 1, 2, 3, 4], MaxSymbolsPerFrame = 5 } }, TimeProvider.System);
        var options = Options();
        options.RemoveDisfluencies = true;
        options.MaxDelay = TimeSpan.FromSeconds(0.8);
        var tracker = new TranscriptTracker(engine, options);
        tracker.Append([Token(0), Token(3)], [], 11, 11);
        Assert.Empty(tracker.Events.OfType<FinalTranscript>());

        var saved = new MemoryStream();
        tracker.Save(new BinaryWriter(saved));
        saved.Position = 0;
        tracker = new TranscriptTracker(engine, options);
        tracker.Load(new BinaryReader(saved));
        tracker.Append([], [], 14, 2);
        Assert.Equal(["um", "um"], Assert.IsType<EndOfUtterance>(Assert.Single(tracker.Events)).RemovedWords.Select(word => word.Text));
        tracker.Events.Clear();

        tracker.Append([Token(30, id: 1)], [], 60, 30);
        Assert.Equal("two", tracker.Events.OfType<FinalTranscript>().Single().Text);
        Assert.Empty(tracker.Events.OfType<EndOfUtterance>().Single().RemovedWords);
    }

    private static EndOfUtteranceReason[] Reasons(TranscriptTracker tracker) => [.. tracker.Events.OfType<EndOfUtterance>().Select(e => e.Reason)];

    /// <summary>Words and ends of utterances in order, partials left out.</summary>
    private static string Story(TranscriptTracker tracker) => string.Join('\n', tracker.Events.SelectMany(e => e switch
    {
        FinalTranscript final => final.Words.Select(word => $"{word.Text} {word.Start} {word.End}"),
        EndOfUtterance ended => [$"{ended.Reason} {ended.Time}"],
        _ => [],
    }));
}
