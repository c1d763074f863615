using System.Reflection;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class EventQueueTests
{
    private static PartialTranscript Partial(string text) => new() { Text = text, Words = [Word(text)] };

    private static FinalTranscript Final(string text) => new() { Text = text, Words = [Word(text)] };

    private static RecognizedWord Word(string text) => new() { Text = text, Start = TimeSpan.Zero, End = TimeSpan.Zero, Confidence = 1 };

    [Fact]
    public void Of_partials_the_latest_is_kept_and_a_final_covers_it()
    {
        var queue = new EventQueue();
        queue.Add(Partial("a"), 1);
        queue.Add(Partial("a b"), 2);
        Assert.True(queue.TryTake(out var first));
        Assert.Equal("a b", ((PartialTranscript)first).Text);
        Assert.Equal(2, queue.LastArrival);
        Assert.False(queue.TryTake(out _));

        queue.Add(Partial("a b c"), 3);
        queue.Add(Final("a b"), 4);
        queue.Add(Partial("c"), 5);
        queue.Add(Final("c"), 6);
        queue.Add(Partial("d"), 7);
        var taken = new List<string>();
        while (queue.TryTake(out var next)) taken.Add(next is FinalTranscript final ? final.Text : $"({((PartialTranscript)next).Text})");
        Assert.Equal(["a b", "c", "(d)"], taken);
    }

    [Fact]
    public async Task What_was_queued_before_the_end_is_read_before_the_failure()
    {
        var queue = new EventQueue();
        var waiting = queue.WaitAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        queue.Add(Final("a"), 0);
        Assert.True(await waiting);
        queue.End(new InvalidDataException("x"));
        queue.End();
        Assert.False(queue.Add(Final("b"), 0));
        Assert.True(await queue.WaitAsync(CancellationToken.None));
        Assert.True(queue.TryTake(out _));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await queue.WaitAsync(CancellationToken.None));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await queue.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_waiting_reader_is_told_of_the_end_the_failure_and_the_cancellation()
    {
        var ending = new EventQueue();
        var end = ending.WaitAsync(CancellationToken.None);
        ending.End();
        Assert.False(await end);

        var failing = new EventQueue();
        var failure = failing.WaitAsync(CancellationToken.None);
        failing.Abandon(new ObjectDisposedException("x"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await failure);

        var queue = new EventQueue();
        using var stop = new CancellationTokenSource();
        var cancelled = queue.WaitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await cancelled);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await queue.WaitAsync(stop.Token));
        queue.Add(Final("a"), 0);
        Assert.True(await queue.WaitAsync(CancellationToken.None));
    }

    /// <summary>An adding thread that is held up between adding and waking wakes a reader that has already taken the event and waits for the next.</summary>
    [Fact]
    public async Task A_late_wake_up_is_not_taken_for_the_end()
    {
        var queue = new EventQueue();
        queue.Add(Final("a"), 0);
        Assert.True(queue.TryTake(out _));
        var waiting = queue.WaitAsync(CancellationToken.None);
        typeof(EventQueue).GetMethod("Wake", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(queue, null);
        Assert.False(waiting.IsCompleted);
        queue.Add(Final("b"), 0);
        Assert.True(await waiting);
    }

    [Fact]
    public void It_takes_no_more_than_its_capacity()
    {
        var queue = new EventQueue();
        for (var i = 0; i < EventQueue.Capacity; i++) Assert.True(queue.Add(Final("a"), 0));
        Assert.False(queue.Add(Final("a"), 0));
        Assert.True(queue.TryTake(out _));
        Assert.True(queue.Add(Final("a"), 0));
    }

    /// <summary>Several threads add, one reads and is cancelled now and then: each event arrives once and in its thread's order.</summary>
    [Fact]
    public async Task Concurrent_adding_cancelling_and_reading_lose_nothing()
    {
        const int Adders = 3;
        const int Count = 20_000;
        var queue = new EventQueue();
        var adding = Task.WhenAll(Enumerable.Range(0, Adders).Select(adder => Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                Assert.True(queue.Add(Final($"{adder} {i}"), i));
                if (i % 7 == 0) queue.Add(Partial("p"), i);
                if (i % 100 == 0) Thread.Sleep(0);
            }
        })));
        var ending = adding.ContinueWith(_ => queue.End(), TaskScheduler.Default);

        var next = new int[Adders];
        var random = new Random(3);
        while (true)
        {
            using var stop = new CancellationTokenSource();
            var waiting = queue.WaitAsync(stop.Token);
            if (!waiting.IsCompleted && random.Next(3) == 0) _ = Task.Run(stop.Cancel);
            try
            {
                if (!await waiting.AsTask().WaitAsync(FakePools.Patience)) break;
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            while (queue.TryTake(out var taken))
            {
                if (taken is not FinalTranscript final) continue;
                var parts = final.Text.Split(' ');
                Assert.Equal(next[int.Parse(parts[0])]++, int.Parse(parts[1]));
            }
        }

        await ending;
        await adding;
        Assert.All(next, count => Assert.Equal(Count, count));
    }
}
