namespace Speechmatics.Speech.Audio;

/// <summary>How bytes become frames: a frame is one sample of each channel.</summary>
internal readonly record struct SampleLayout(SampleFormat Format, int SampleRate, int Channels)
{
    public int FrameBytes => SampleConversion.BytesPerSample(Format) * Channels;

    public TimeSpan TimeOf(long bytes) => TimeSpan.FromTicks((long)((Int128)(bytes / FrameBytes) * TimeSpan.TicksPerSecond / SampleRate));
}
