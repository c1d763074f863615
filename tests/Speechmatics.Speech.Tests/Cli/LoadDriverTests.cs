using Microsoft.Extensions.Time.Testing;
using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class LoadDriverTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly LoadDriver _driver;

    public LoadDriverTests() => _driver = new LoadDriver(_clock);

    [Fact]
    public void Every_session_gets_a_packet_at_each_of_its_times()
    {
        Ticker[] tickers = [.. Enumerable.Range(0, 10).Select(i => new Ticker(_clock, TimeSpan.FromMilliseconds(2 * i)))];
        foreach (var ticker in tickers) _driver.Add(ticker);
        for (var ms = 0; ms < 1000; ms += 2)
        {
            _driver.WriteDue();
            _clock.Advance(TimeSpan.FromMilliseconds(2));
        }

        Assert.All(tickers, ticker => Assert.Equal(50, ticker.Writes));
        Assert.Equal(500, _driver.Packets);
        Assert.Equal(TimeSpan.Zero, _driver.Lateness.Percentile(1));
    }

    [Fact]
    public void A_late_driver_says_so_and_catches_up()
    {
        var ticker = new Ticker(_clock, TimeSpan.Zero);
        _driver.Add(ticker);
        _driver.WriteDue();
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        _driver.WriteDue();
        Assert.Equal(26, ticker.Writes);
        Assert.InRange(_driver.Lateness.Percentile(1)!.Value.TotalMilliseconds, 480, 495);
        Assert.InRange(_driver.Lateness.Percentile(0.5)!.Value.TotalMilliseconds, 220, 260);
    }

    [Fact]
    public void It_tells_how_long_nothing_is_due_and_forgets_who_is_done()
    {
        Assert.Equal(TimeSpan.MaxValue, _driver.WriteDue());
        var ticker = new Ticker(_clock, TimeSpan.FromMilliseconds(7)) { Last = 2 };
        _driver.Add(ticker);
        Assert.Equal(TimeSpan.FromMilliseconds(7), _driver.WriteDue());
        _clock.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Equal(TimeSpan.FromMilliseconds(18), _driver.WriteDue());
        _clock.Advance(TimeSpan.FromMilliseconds(18));
        Assert.Equal(TimeSpan.MaxValue, _driver.WriteDue());
        Assert.Equal(2, ticker.Writes);
    }

    /// <summary>Due every 20 ms from its first time on.</summary>
    private sealed class Ticker(FakeTimeProvider clock, TimeSpan first) : IPaced
    {
        private readonly long _first = clock.GetTimestamp() + (long)(first.TotalSeconds * clock.TimestampFrequency);

        public int Writes { get; private set; }

        public int Last { get; init; } = int.MaxValue;

        public long Due => _first + (Writes * clock.TimestampFrequency / 50);

        public bool Write() => ++Writes < Last;
    }
}
