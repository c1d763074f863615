namespace Speechmatics.Speech.Features;

/// <summary>The shape a frame's samples are weighted with.</summary>
internal enum WindowKind
{
    /// <summary>0.5 - 0.5 cos(2 pi i / (n - 1)): both ends are zero.</summary>
    HannSymmetric,

    /// <summary>0.5 - 0.5 cos(2 pi i / n): one period of the cosine.</summary>
    HannPeriodic,
}
