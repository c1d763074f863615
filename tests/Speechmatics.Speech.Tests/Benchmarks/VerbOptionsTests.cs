using Speechmatics.Speech.Benchmarks;
using Speechmatics.Speech.Cli;

namespace Speechmatics.Speech.Tests.Benchmarks;

public sealed class VerbOptionsTests
{
    [Fact]
    public void Given_values_replace_defaults()
    {
        var options = VerbOptions.Parse("flush", ["--audio", "here", "--background", "1, 100"], ("--audio", null), ("--background", "1"), ("--seconds", "2.5"));
        Assert.Equal("here", options.Text("--audio"));
        Assert.Equal([1, 100], options.Wholes("--background"));
        Assert.Equal(2.5, options.Number("--seconds"));
    }

    [Theory]
    [InlineData("--nothing 3", "'--nothing'")]
    [InlineData("--seconds", "'--seconds'")]
    [InlineData("--seconds 3", "--audio is required")]
    public void What_cannot_be_is_named(string arguments, string message) => Assert.Contains(
        message, Assert.Throws<UsageException>(() => VerbOptions.Parse("flush", arguments.Split(' '), ("--audio", null), ("--seconds", "1"))).Message);

    [Fact]
    public void A_word_is_no_number() => Assert.Throws<UsageException>(() => VerbOptions.Parse("flush", ["--seconds", "few"], ("--seconds", "1")).Whole("--seconds"));
}
