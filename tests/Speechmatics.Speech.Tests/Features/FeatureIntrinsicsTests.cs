namespace Speechmatics.Speech.Tests.Features;

public class FeatureIntrinsicsTests
{
    [Theory]
    [MemberData(nameof(IntrinsicsOff.Settings), MemberType = typeof(IntrinsicsOff))]
    public void Features_hold_without_intrinsics(string off) =>
        IntrinsicsOff.Rerun(off, typeof(SimdTests), typeof(RealFftTests), typeof(LogMelExtractorTests), typeof(WhisperMelExtractorTests));
}
