using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>The bytes of a session's audio, one packet after another.</summary>
internal sealed class ClipPlayer(ClipSequence sequence, AudioEncoding encoding)
{
    private readonly byte[] _silence = SampleEncoder.Silence(encoding);
    private long _sample;

    /// <summary>Samples given so far.</summary>
    public long Samples => Volatile.Read(ref _sample);

    /// <summary>Fills whole samples.</summary>
    public void Fill(Span<byte> packet)
    {
        var size = _silence.Length;
        while (packet.Length > 0)
        {
            if (_sample >= sequence.NextStart) sequence.MoveNext();
            int samples;
            if (_sample < sequence.End)
            {
                var at = (int)(_sample - sequence.Start);
                samples = Math.Min(packet.Length / size, sequence.Current.Samples - at);
                sequence.Current.Audio.AsSpan(at * size, samples * size).CopyTo(packet);
            }
            else
            {
                samples = (int)Math.Min(packet.Length / size, sequence.NextStart - _sample);
                for (var i = 0; i < samples; i++) _silence.CopyTo(packet[(i * size)..]);
            }

            packet = packet[(samples * size)..];
            Volatile.Write(ref _sample, _sample + samples);
        }
    }
}
