using System.Diagnostics;
using System.Runtime.CompilerServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

public class SpeechRecognizerTests(RecognizerFixture fixture, ModelFixture model) : IClassFixture<RecognizerFixture>
{
    /// <summary>Promptness on a quiet machine is tens of milliseconds; the bound leaves room for a busy one.</summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_recognizer_with_a_model_of_its_own_reads_a_file_and_frees_both()
    {
        var recognizer = await SpeechRecognizer.CreateAsync(Repository.EnglishModel, new SessionPoolOptions { MaxSessions = 2 });
        var finals = new List<string>();
        await foreach (var speechEvent in recognizer.RecognizeAsync(RecognizerFixture.File("orders-009")))
            if (speechEvent is FinalTranscript final) finals.Add(final.Text);
        Assert.Contains("medium roast", string.Join(' ', finals), StringComparison.Ordinal);
        await recognizer.DisposeAsync();
        await recognizer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var _ in recognizer.RecognizeAsync(RecognizerFixture.File("orders-009")))
            {
            }
        });
    }

    [Fact]
    public async Task A_callers_pool_outlives_the_recognizer()
    {
        await using var pool = new SessionPool(model.Model, new SessionPoolOptions { MaxSessions = 1 });
        await SpeechRecognizer.FromPool(pool).DisposeAsync();
        await using var session = await pool.OpenAsync();
        Assert.Equal(1, pool.GetStatus().ActiveSessions);
    }

    [Fact]
    public async Task A_missing_model_is_one_clear_error()
    {
        var failure = await Assert.ThrowsAsync<SpeechModelException>(() => SpeechRecognizer.CreateAsync(Repository.SampleAudio));
        Assert.Contains("model.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_recordings_at_once_give_the_words_that_each_gives_alone()
    {
        var alone = new List<string>();
        foreach (var clip in Clips.All.Take(8)) alone.Add(Clips.Words(await fixture.AllEventsAsync(RecognizerFixture.File(clip.Name))));
        var together = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => Clips.Words(await fixture.AllEventsAsync(RecognizerFixture.File(Clips.All[i % 8].Name)))));
        for (var i = 0; i < together.Length; i++) Assert.Equal(alone[i % 8], together[i]);
        Assert.Equal(0, await fixture.SessionsLeftAsync());
    }

    [Fact]
    public async Task A_full_pool_refuses_a_recording()
    {
        await using var pool = new SessionPool(model.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync();
        await Assert.ThrowsAsync<SessionLimitException>(async () => await SpeechRecognizer.FromPool(pool).RecognizeAsync(RecognizerFixture.File("orders-009")).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Partials_come_before_the_final_they_announce()
    {
        var events = await fixture.AllEventsAsync(new Endless(Clips.Named("orders-009").Samples, pace: TimeSpan.FromMilliseconds(10), repeats: 1).Source);
        Assert.True(events.FindIndex(e => e is PartialTranscript) < events.FindIndex(e => e is FinalTranscript));
        Assert.IsType<EndOfUtterance>(events[^1]);
    }

    [Fact]
    public async Task A_source_that_fails_ends_the_events_with_its_own_exception_after_the_words_before_it()
    {
        var endless = new Endless(Clips.Named("orders-009").Samples, repeats: 1) { Failure = new IOException("the line went dead") };
        var events = new List<SpeechEvent>();
        var failure = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(endless.Source)) events.Add(speechEvent);
        });
        Assert.Same(endless.Failure, failure);
        Assert.Contains("sugar", Clips.Text(events), StringComparison.Ordinal);
        Assert.True(endless.Closed);
        Assert.Equal(0, await fixture.SessionsLeftAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_is_prompt_and_leaves_nothing_running(bool stalled)
    {
        var endless = new Endless(Clips.Named("orders-009").Samples, repeats: stalled ? 1 : int.MaxValue) { Stalls = stalled };
        using var stop = new CancellationTokenSource();
        var cancelledAt = 0L;
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(endless.Source, cancellationToken: stop.Token))
            {
                if (speechEvent is not FinalTranscript || stop.IsCancellationRequested) continue;
                cancelledAt = Stopwatch.GetTimestamp();
                await stop.CancelAsync();
            }
        });
        Assert.True(Stopwatch.GetElapsedTime(cancelledAt) < Prompt, $"{Stopwatch.GetElapsedTime(cancelledAt)}");
        Assert.Equal(stop.Token, failure.CancellationToken);
        await AssertLeftAsync(endless);
    }

    [Fact]
    public async Task Leaving_the_loop_is_prompt_and_leaves_nothing_running()
    {
        var endless = new Endless(Clips.Named("orders-009").Samples);
        var leftAt = 0L;
        await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(endless.Source))
        {
            leftAt = Stopwatch.GetTimestamp();
            if (speechEvent is FinalTranscript) break;
        }

        Assert.True(Stopwatch.GetElapsedTime(leftAt) < Prompt, $"{Stopwatch.GetElapsedTime(leftAt)}");
        await AssertLeftAsync(endless);
    }

    [Fact]
    public async Task A_source_is_read_only_as_fast_as_its_words_are_recognised()
    {
        var endless = new Endless(Clips.Named("orders-009").Samples);
        var options = new SessionOptions { BufferDuration = TimeSpan.FromSeconds(2) };
        await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(endless.Source, options))
        {
            // recognised: up to the last final; given: no more than the buffer, a chunk and a read beyond what the final waited for
            if (speechEvent is not FinalTranscript final) continue;
            Assert.InRange(endless.SecondsGiven - final.End.TotalSeconds, 0, 60);
            if (final.End > TimeSpan.FromSeconds(60)) break;
        }
    }

    private async Task AssertLeftAsync(Endless endless)
    {
        Assert.True(endless.Closed, "the source is still open");
        Assert.Equal(0, await fixture.SessionsLeftAsync());
        var given = endless.SecondsGiven;
        await Task.Delay(100);
        Assert.Equal(given, endless.SecondsGiven);
    }

    /// <summary>A recording played again and again, with what sources in the world do at their end.</summary>
    private sealed class Endless(float[] samples, TimeSpan pace = default, int repeats = int.MaxValue)
    {
        private long _given;

        public AudioSource Source => AudioSource.FromSamples(PlayAsync(), 16000);

        public Exception? Failure { get; init; }

        public bool Stalls { get; init; }

        public bool Closed { get; private set; }

        public double SecondsGiven => Interlocked.Read(ref _given) / 16000.0;

        private async IAsyncEnumerable<ReadOnlyMemory<float>> PlayAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                for (var repeat = 0; repeat < repeats; repeat++)
                {
                    for (var at = 0; at < samples.Length; at += 1600)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (pace > TimeSpan.Zero) await Task.Delay(pace, cancellationToken);
                        var piece = samples.AsMemory(at, Math.Min(1600, samples.Length - at));
                        Interlocked.Add(ref _given, piece.Length);
                        yield return piece;
                    }
                }

                if (Stalls)
                {
                    // long enough for an utterance to end, then nothing more comes
                    yield return new float[3 * 16000];
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                if (Failure is not null) throw Failure;
            }
            finally
            {
                Closed = true;
            }
        }
    }
}
