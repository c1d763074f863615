using System.Diagnostics;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

public class FfmpegTests
{
    // lossy codecs change the samples, so the recording must be found at its place: correlation 1 is equal up to loudness
    [Theory]
    [InlineData("a.flac", 16000, 1, 0.9999)]
    [InlineData("a.mp3", 16000, 1, 0.97, "-b:a", "96k")]
    [InlineData("a.m4a", 44100, 2, 0.97)]
    [InlineData("a.ogg", 48000, 1, 0.97, "-c:a", "libopus")]
    [InlineData("a.ogg", 22050, 2, 0.97, "-c:a", "libvorbis")]
    [InlineData("a.webm", 48000, 1, 0.97, "-c:a", "libopus")]
    [InlineData("a.wav", 16000, 1, 0.97, "-c:a", "adpcm_ima_wav")]
    public async Task Other_containers_are_read_through_ffmpeg(string name, int rate, int channels, double least, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(name);
        Ffmpeg.Run(["-i", Clip.Path(), "-ar", $"{rate}", "-ac", $"{channels}", .. options, path]);
        var source = AudioSource.FromFile(path);
        for (var round = 0; round < 2; round++)
        {
            await using var reader = await source.OpenAsync();
            Assert.Equal(rate, reader.SampleRate);
            var samples = await Clip.ReadAllAsync(reader);
            Assert.Null(reader.Notice);

            var resampler = new StreamingResampler(rate, Clip.SampleRate);
            var speech = new float[resampler.MaxOutput(samples.Length) + resampler.MaxFlush];
            var count = resampler.Process(samples, speech);
            count += resampler.Flush(speech.AsSpan(count));
            var clip = Clip.Floats();
            Assert.InRange(count, clip.Length - 1600, clip.Length + 3200);
            var correlation = Correlation(clip, speech);
            Assert.True(correlation > least, $"{correlation}");
        }
    }

    [Fact]
    public async Task One_channel_of_a_compressed_file_is_heard_alone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.flac");
        Ffmpeg.Run("-i", Clip.Path(), "-af", "pan=stereo|c0=0*c0|c1=c0", path);
        Assert.All(await Clip.ReadAllAsync(AudioSource.FromFile(path, ChannelSelection.Only(0))), sample => Assert.Equal(0, sample));
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(AudioSource.FromFile(path, ChannelSelection.Only(1))));
        var error = await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromFile(path, ChannelSelection.Only(2)).OpenAsync());
        Assert.Contains("channel 2 is asked for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wave_file_needs_no_ffmpeg_whatever_its_name()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Clip.Path(), folder.File("a.mp3"));
        await using var reader = await AudioSource.FromFile(folder.File("a.mp3")).OpenAsync();
        Assert.IsNotType<FfmpegReader>(reader);
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(reader));
    }

    [Fact]
    public async Task Names_that_look_like_addresses_or_options_are_files()
    {
        using var folder = new TemporaryFolder();
        Ffmpeg.Run("-i", Clip.Path(), "-f", "flac", $"file:{folder.File("-i http:x.flac")}");
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(AudioSource.FromFile(folder.File("-i http:x.flac"))));
    }

    [Fact]
    public async Task Without_ffmpeg_the_error_says_how_to_install_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.mp3");
        await File.WriteAllBytesAsync(path, new byte[1000]);
        var error = await Assert.ThrowsAsync<AudioFormatException>(async () => await FfmpegReader.OpenAsync(path, default, "ffmpeg-that-is-not-there"));
        Assert.Contains("apt-get install ffmpeg", error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
    }

    [Fact]
    public async Task A_file_that_ffmpeg_cannot_decode_is_an_error_with_its_words()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.m4a");
        Ffmpeg.Run("-i", Clip.Path(), path);
        // its index stands at the end
        await using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);
        var error = await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromFile(path).OpenAsync());
        Assert.Contains("ffmpeg cannot decode this file", error.Message, StringComparison.Ordinal);
        Assert.Contains("Invalid data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_read_as_far_as_it_goes_with_a_notice()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.flac");
        Ffmpeg.Run("-i", Clip.Path(), path);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 0x41;
        await File.WriteAllBytesAsync(path, bytes);
        await using var reader = await AudioSource.FromFile(path).OpenAsync();
        var samples = await Clip.ReadAllAsync(reader);
        Assert.Equal(Clip.Floats()[..20000], samples[..20000]);
        Assert.Contains(path, reader.Notice, StringComparison.Ordinal);
        Assert.Contains("damaged; ffmpeg read 00:00:05.85", reader.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_ends_with_its_reader()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("long.flac");
        // ten minutes: far more than the pipe holds, so ffmpeg is still at it
        Ffmpeg.Run("-stream_loop", "100", "-i", Clip.Path(), path);
        var reader = (FfmpegReader)await AudioSource.FromFile(path).OpenAsync();
        Assert.True(await reader.ReadAsync(new float[100]) > 0);
        using var process = Process.GetProcessById(reader.ProcessId);
        Assert.False(process.HasExited);
        await reader.DisposeAsync();
        await reader.DisposeAsync();
        Assert.True(process.WaitForExit(5000), "ffmpeg still runs");
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reader.ReadAsync(new float[1]));
    }

    [Fact]
    public async Task Opening_can_be_cancelled_while_the_process_is_silent()
    {
        using var folder = new TemporaryFolder();
        var decoder = HangingDecoder(folder, "");
        using var cancellation = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await FfmpegReader.OpenAsync(Clip.Path(), default, decoder, cancellation.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Reading_can_be_cancelled_while_the_process_is_silent()
    {
        using var folder = new TemporaryFolder();
        var decoder = HangingDecoder(folder, $"head -c 1044 '{Clip.Path()}'");
        await using var reader = (FfmpegReader)await FfmpegReader.OpenAsync(Clip.Path(), default, decoder);
        var samples = new float[1000];
        for (var read = 0; read < 500;) read += await reader.ReadAsync(samples);
        using var process = Process.GetProcessById(reader.ProcessId);
        using var cancellation = new CancellationTokenSource(200);
        var waiting = reader.ReadAsync(samples, cancellation.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(waiting.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(process.WaitForExit(5000), "the decoder still runs");
    }

    [Fact]
    public async Task A_process_that_fails_on_the_way_leaves_a_notice()
    {
        using var folder = new TemporaryFolder();
        var decoder = Script(folder, $"head -c 32044 '{Clip.Path()}'\necho 'disk on fire' >&2\nexit 3");
        await using var reader = await FfmpegReader.OpenAsync(Clip.Path(), default, decoder);
        Assert.Equal(Clip.Floats()[..16000], await Clip.ReadAllAsync(reader));
        Assert.Contains("read up to 00:00:01, where ffmpeg failed (exit code 3): disk on fire", reader.Notice, StringComparison.Ordinal);
    }

    /// <summary>Stands in for an ffmpeg that stops working after some output.</summary>
    private static string HangingDecoder(TemporaryFolder folder, string output) => Script(folder, $"{output}\nexec sleep 60");

    private static string Script(TemporaryFolder folder, string commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell script stands in for ffmpeg here");
        var path = folder.File("decoder");
        File.WriteAllText(path, $"#!/bin/sh\n{commands}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    private static double Correlation(float[] a, float[] b)
    {
        var length = Math.Min(a.Length, b.Length);
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < length; i++)
        {
            ab += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return ab / Math.Sqrt(aa * bb);
    }
}
