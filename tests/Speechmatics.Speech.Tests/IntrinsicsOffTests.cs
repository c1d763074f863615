namespace Speechmatics.Speech.Tests;

public class IntrinsicsOffTests
{
    [Fact]
    public void Instructions_that_were_switched_off_are_off() =>
        Assert.False(IntrinsicsOff.IsIneffective, $"{IntrinsicsOff.Current} is in use although it was switched off");

    [Theory]
    [MemberData(nameof(IntrinsicsOff.Settings), MemberType = typeof(IntrinsicsOff))]
    public void A_child_process_runs_without_them(string off) => IntrinsicsOff.Rerun(off);

    [Fact]
    public void A_failing_child_fails_its_parent()
    {
        Assert.SkipWhen(IntrinsicsOff.Current is not null, "already in a process with instructions switched off");
        var failure = Assert.ThrowsAny<Exception>(() => IntrinsicsOff.Rerun("all", typeof(FailsWithoutIntrinsics)));
        Assert.Contains(nameof(FailsWithoutIntrinsics.Fails_only_in_a_child), failure.Message);
    }

    public class FailsWithoutIntrinsics
    {
        [Fact]
        public void Fails_only_in_a_child() => Assert.NotEqual("all", IntrinsicsOff.Current);
    }
}
