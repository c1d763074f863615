using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

public class AudioSourceTests
{
    private static readonly AudioFormat Pcm16 = new(AudioEncoding.Pcm16, 16000);

    [Fact]
    public async Task A_file_can_be_read_twice_and_at_once()
    {
        foreach (var source in new[] { AudioSource.FromWaveFile(Clip.Path()), AudioSource.FromFile(Clip.Path()) })
        {
            await using var open = await source.OpenAsync();
            Assert.Equal(100, await open.ReadAsync(new float[100]));
            Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(source));
            Assert.Equal(Clip.Floats()[100..], await Clip.ReadAllAsync(open));
        }
    }

    [Fact]
    public async Task A_stream_a_pipe_and_a_sequence_can_be_read_once()
    {
        foreach (var source in new[]
        {
            AudioSource.FromStream(new MemoryStream(), Pcm16),
            AudioSource.FromWaveStream(File.OpenRead(Clip.Path())),
            AudioSource.FromPipe(PipeReader.Create(new MemoryStream()), Pcm16),
            AudioSource.FromSamples(Pieces(), 16000),
        })
        {
            await Clip.ReadAllAsync(source);
            var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.OpenAsync());
            Assert.Contains("cannot be read twice", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(AudioEncoding.Pcm16)]
    [InlineData(AudioEncoding.Float32)]
    [InlineData(AudioEncoding.MuLaw)]
    [InlineData(AudioEncoding.ALaw)]
    public async Task Raw_samples_are_read_as_their_format_says(AudioEncoding encoding)
    {
        var bytes = MemoryMarshal.AsBytes<float>(Clip.Floats().AsSpan(0, 3000)).ToArray();
        var expected = new float[bytes.Length / SampleConversion.BytesPerSample(encoding)];
        SampleConversion.ToFloat(bytes, encoding, expected);
        var source = AudioSource.FromStream(new PipeLikeStream(bytes, 1, 7, 999), new AudioFormat(encoding, 8000));
        await using var reader = await source.OpenAsync();
        Assert.Equal(8000, reader.SampleRate);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), (await Clip.ReadAllAsync(reader)).Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public async Task One_channel_of_a_raw_stream_is_heard_alone()
    {
        var clip = Clip.Pcm16();
        var stereo = new short[clip.Length * 2];
        for (var i = 0; i < clip.Length; i++) stereo[(2 * i) + 1] = clip[i];
        var bytes = MemoryMarshal.AsBytes<short>(stereo).ToArray();
        var format = new AudioFormat(AudioEncoding.Pcm16, 16000, channels: 2);
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(AudioSource.FromStream(new MemoryStream(bytes), format, ChannelSelection.Only(1))));
        Assert.All(await Clip.ReadAllAsync(AudioSource.FromStream(new MemoryStream(bytes), format, ChannelSelection.Only(0))), sample => Assert.Equal(0, sample));
        Assert.Equal(Clip.Floats().Select(sample => sample / 2), await Clip.ReadAllAsync(AudioSource.FromStream(new MemoryStream(bytes), format)));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => AudioSource.FromStream(new MemoryStream(), format, ChannelSelection.Only(2)));
    }

    [Fact]
    public async Task A_stream_stays_open_only_when_asked()
    {
        foreach (var leaveOpen in new[] { true, false })
        {
            var raw = new PipeLikeStream([]);
            var reader = await AudioSource.FromStream(raw, Pcm16, leaveOpen: leaveOpen).OpenAsync();
            await reader.DisposeAsync();
            await reader.DisposeAsync();
            Assert.Equal(!leaveOpen, raw.Disposed);
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reader.ReadAsync(new float[1]));

            var wave = new PipeLikeStream([1, 2, 3]);
            await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromWaveStream(wave, leaveOpen: leaveOpen).OpenAsync());
            Assert.Equal(!leaveOpen, wave.Disposed);
        }
    }

    [Fact]
    public async Task Live_audio_is_handed_on_as_it_arrives()
    {
        var pipe = new Pipe();
        await using var reader = await AudioSource.FromPipe(pipe.Reader, Pcm16).OpenAsync();
        var samples = new float[1000];
        var read = reader.ReadAsync(samples).AsTask();
        Assert.False(read.IsCompleted);
        await pipe.Writer.WriteAsync(new byte[] { 0, 0x40, 0 });
        Assert.Equal(1, await read);
        Assert.Equal(0.5f, samples[0]);

        read = reader.ReadAsync(samples).AsTask();
        await pipe.Writer.WriteAsync(new byte[] { 0xC0 });
        Assert.Equal(1, await read);
        Assert.Equal(-0.5f, samples[0]);

        using var cancellation = new CancellationTokenSource();
        read = reader.ReadAsync(samples, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);

        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await reader.ReadAsync(samples));
        Assert.Null(reader.Notice);
    }

    [Fact]
    public async Task A_sequence_is_read_piece_by_piece()
    {
        var clip = Clip.Floats();
        var source = AudioSource.FromSamples(Pieces(clip[..1], [], clip[1..5000], clip[5000..]), 16000);
        Assert.Equal(clip, await Clip.ReadAllAsync(source, 777));
    }

    [Fact]
    public async Task Cancelling_a_read_cancels_the_sequence()
    {
        var stopped = false;
        await using var reader = await AudioSource.FromSamples(Silent(), 16000).OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var read = reader.ReadAsync(new float[10], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.True(stopped);

        async IAsyncEnumerable<ReadOnlyMemory<float>> Silent([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                stopped = true;
            }

            yield break;
        }
    }

    [Fact]
    public async Task Misuse_is_refused()
    {
        await using var reader = await AudioSource.FromWaveFile(Clip.Path()).OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>("samples", async () => await reader.ReadAsync(Memory<float>.Empty));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await AudioSource.FromWaveFile("no-such.wav").OpenAsync());
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await AudioSource.FromFile("no-such.mp3").OpenAsync());
        Assert.Throws<ArgumentOutOfRangeException>("sampleRate", () => AudioSource.FromSamples(Pieces(), 3999));
        Assert.Throws<ArgumentOutOfRangeException>("sampleRate", () => new AudioFormat(AudioEncoding.Pcm16, 192001));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => new AudioFormat(AudioEncoding.Pcm16, 16000, 0));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => new AudioFormat(AudioEncoding.Pcm16, 16000, 65));
        Assert.Throws<ArgumentOutOfRangeException>("encoding", () => new AudioFormat((AudioEncoding)77, 16000));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => ChannelSelection.Only(-1));
        Assert.Null(default(ChannelSelection).Channel);
        Assert.Equal(3, ChannelSelection.Only(3).Channel);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> Pieces(params float[][] pieces)
    {
        foreach (var piece in pieces)
        {
            await Task.Yield();
            yield return piece;
        }
    }
}
