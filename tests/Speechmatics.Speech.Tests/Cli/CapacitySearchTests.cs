using CsCheck;
using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class CapacitySearchTests
{
    [Fact]
    public void The_search_ends_within_a_fortieth_below_the_true_capacity()
    {
        Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 300]).Sample((capacity, first) =>
        {
            var tried = new List<int>();
            var found = CapacitySearch.FindAsync(first, sessions =>
            {
                tried.Add(sessions);
                return Task.FromResult(sessions <= capacity);
            }).GetAwaiter().GetResult();
            Assert.InRange(found, Math.Floor((capacity + 1) * 0.975) - 1, capacity);
            Assert.Equal(tried.Distinct(), tried);
            Assert.True(tried.Count <= 20, $"{tried.Count} stages");
        });
    }

    [Fact]
    public async Task Where_nothing_holds_the_capacity_is_zero() => Assert.Equal(0, await CapacitySearch.FindAsync(64, _ => Task.FromResult(false)));
}
