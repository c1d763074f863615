using CsCheck;
using Speechmatics.Speech.Cli.Output;

namespace Speechmatics.Speech.Tests.Cli;

public class OrderedOutputTests
{
    [Fact]
    public void The_first_unfinished_job_writes_straight_through()
    {
        var output = new StringWriter();
        var ordered = new OrderedOutput(output);
        using var first = ordered.Open(0);
        using var second = ordered.Open(1);
        second.Write("two ");
        first.Write("one ");
        Assert.Equal("one ", output.ToString());
        first.Dispose();
        Assert.Equal("one two ", output.ToString());
        second.Write("more");
        Assert.Equal("one two more", output.ToString());
    }

    [Fact]
    public void Whatever_the_interleaving_the_output_is_in_order() => Gen.Shuffle(Enumerable.Range(0, 30).ToArray()).Sample(steps =>
    {
        // each job writes three times and closes with the third
        var output = new StringWriter();
        var ordered = new OrderedOutput(output);
        var jobs = Enumerable.Range(0, 10).Select(ordered.Open).ToArray();
        var written = new int[10];
        foreach (var step in steps)
        {
            var job = step % 10;
            jobs[job].Write($"{job}{(char)('a' + written[job]++)} ");
            if (written[job] == 3)
                jobs[job].Dispose();
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 10).Select(j => $"{j}a {j}b {j}c ")), output.ToString());
    });
}
