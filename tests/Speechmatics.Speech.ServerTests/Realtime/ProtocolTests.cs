using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>The protocol's rules where the published clients do not show them.</summary>
public sealed class ProtocolTests(SpeechServer server) : IClassFixture<SpeechServer>
{
    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    [InlineData("/v2/en")]
    [InlineData("/")]
    [InlineData("/v2?jwt=x&sm-app=y&sm-sdk=z")]
    public async Task Every_form_of_the_address_leads_to_a_session(string path)
    {
        await using var peer = await RealtimePeer.StartAsync(new Uri($"ws://{server.Address.Authority}{path}"));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        (await peer.ReceiveAllAsync()).Messages.Last();
        Assert.Equal(WebSocketState.Closed, peer.Socket.State);
    }

    [Theory]
    [InlineData("""{"message":"EndOfStream","last_seq_no":0}""", "protocol_error", 1003)]
    [InlineData("""not json""", "invalid_message", 1003)]
    [InlineData("""[1,2]""", "invalid_message", 1003)]
    [InlineData("""{"message":"Dance"}""", "invalid_message", 1003)]
    [InlineData("""{"message":"StartRecognition"}""", "invalid_config", 1003)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":"xx"}}""", "invalid_language", 1003)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":7}}""", "invalid_config", 1003)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":"en","model":"melia-1"}}""", "invalid_model", 4004)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":"en","diarization":"channel"}}""", "invalid_config", 1003)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":"en"},"audio_format":{"type":"raw","encoding":"pcm_s16le"}}""", "invalid_audio_type", 1003)]
    [InlineData("""{"message":"StartRecognition","transcription_config":{"language":"en"},"audio_format":{"type":"raw","encoding":"opus","sample_rate":16000}}""", "invalid_audio_type", 1003)]
    public async Task A_bad_first_message_gets_its_error_and_close_code(string message, string type, int close)
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(message);

        var error = await peer.ReceiveErrorAsync();

        Assert.Equal((type, close), (error.Type, error.Close));
        Assert.NotEmpty(error.Reason);
    }

    [Fact]
    public async Task An_address_whose_language_differs_from_the_message_is_an_error()
    {
        await using var peer = await RealtimePeer.ConnectAsync(new Uri($"{server.Realtime}/de"));
        await peer.SendAsync(RealtimePeer.Start());
        Assert.Equal("invalid_config", (await peer.ReceiveErrorAsync()).Type);
    }

    [Fact]
    public async Task Audio_before_the_start_and_a_second_start_are_errors()
    {
        await using var early = await RealtimePeer.ConnectAsync(server.Realtime);
        await early.SendAsync(new byte[320]);
        Assert.Equal("protocol_error", (await early.ReceiveErrorAsync()).Type);

        await using var twice = await RealtimePeer.StartAsync(server.Realtime);
        await twice.SendAsync(RealtimePeer.Start());
        Assert.Equal("protocol_error", (await twice.ReceiveErrorAsync()).Type);
    }

    [Fact]
    public async Task Audio_after_the_end_is_told_once_and_ignored()
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        for (var i = 0; i < 60; i++) await peer.SendAsync(new byte[32000]);
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":999}""");
        await peer.SendAsync(new byte[320]);
        await peer.SendAsync(new byte[320]);

        var log = await peer.ReceiveAllAsync();

        Assert.Equal("add_audio_after_eos", Assert.Single(log.Of("Warning"))["type"]!.GetValue<string>());
        Assert.Equal(60, log.Of("AudioAdded").Count());
        Assert.Equal("EndOfTranscript", MessageLog.Kind(log.Messages[^1]));
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("""{"message":"SetRecognitionConfig","transcription_config":{"language":"en","max_delay":9,"conversation_config":{"end_of_utterance_silence_trigger":0.4}}}""", 1, 1)]
    public async Task Delays_change_in_mid_stream(string change, int ends, int warnings)
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime, ""","conversation_config":{"end_of_utterance_silence_trigger":2}""");

        // the last word ends a second before the cut
        await peer.SendAsync(Clip.Order.Pcm().AsMemory(0, 2 * 32000));
        if (change.Length > 0) await peer.SendAsync(change);
        await peer.SendAsync(Clip.Order.Pcm().AsMemory(2 * 32000, 3 * 32000));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":2}""");

        var log = await peer.ReceiveAllAsync();

        Assert.Equal(ends, log.Of("EndOfUtterance").Count());
        Assert.Equal(warnings, log.Of("Warning").Count(warning => warning["reason"]!.GetValue<string>().Contains("max_delay", StringComparison.Ordinal)));
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
    }

    [Fact]
    public async Task A_message_in_many_frames_is_one_message()
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var pcm = Clip.Order.Pcm();
        for (var at = 0; at < pcm.Length; at += 7000)
        {
            var message = pcm.AsMemory(at, Math.Min(7000, pcm.Length - at));
            for (var from = 0; from < message.Length; from += 2048)
            {
                var frame = message.Slice(from, Math.Min(2048, message.Length - from));
                await peer.Socket.SendAsync(frame, WebSocketMessageType.Binary, from + 2048 >= message.Length, CancellationToken.None);
            }
        }

        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();

        Assert.Equal((pcm.Length + 6999) / 7000, log.Of("AudioAdded").Count());
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
    }

    [Fact]
    public async Task Telephone_audio_and_floats_are_heard_as_well()
    {
        var pcm = Clip.LongOrder.Pcm();
        var samples = Enumerable.Range(0, pcm.Length / 2).Select(i => BitConverter.ToInt16(pcm, i * 2)).ToArray();
        var floats = samples.SelectMany(sample => BitConverter.GetBytes(sample / 32768f)).ToArray();
        var muLaw = samples.Where((_, i) => i % 2 == 0).Select(MuLaw).ToArray();

        Assert.True(Clip.LongOrder.ErrorRate(await HearAsync(floats, """{"type":"raw","encoding":"pcm_f32le","sample_rate":16000}""")) <= 0.3);
        // half the bandwidth, taken without a filter: worse, but the sentence
        Assert.True(Clip.LongOrder.ErrorRate(await HearAsync(muLaw, """{"type":"raw","encoding":"mulaw","sample_rate":8000}""")) <= 0.6);
    }

    [Theory]
    [InlineData("mp3", "libmp3lame")]
    [InlineData("ogg", "libvorbis")]
    [InlineData("flac", "flac")]
    public async Task A_file_of_another_kind_goes_through_ffmpeg(string kind, string codec)
    {
        var file = Path.Combine(Path.GetTempPath(), $"speech-server-{Guid.NewGuid():N}.{kind}");
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-loglevel", "error", "-i", Clip.Order.FullPath, "-ar", "44100", "-c:a", codec, file]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            Assert.SkipWhen(process.ExitCode != 0, $"this ffmpeg has no {codec}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("ffmpeg is absent");
        }

        var heard = await HearAsync(await File.ReadAllBytesAsync(file), """{"type":"file"}""");
        File.Delete(file);

        Assert.True(Clip.Order.ErrorRate(heard) <= 0.3, heard);
    }

    [Fact]
    public async Task A_wave_file_of_another_rate_is_heard_at_its_own()
    {
        var pcm = Clip.Order.Pcm();
        using var wave = new MemoryStream();
        using (var writer = new BinaryWriter(wave, System.Text.Encoding.ASCII, leaveOpen: true))
        {
            // each sample thrice: 48 kHz
            writer.Write("RIFF"u8);
            writer.Write(36 + (pcm.Length * 3));
            writer.Write("WAVEfmt "u8);
            writer.Write(16);
            writer.Write((short)1);
            writer.Write((short)1);
            writer.Write(48000);
            writer.Write(96000);
            writer.Write((short)2);
            writer.Write((short)16);
            writer.Write("data"u8);
            writer.Write(pcm.Length * 3);
            for (var i = 0; i < pcm.Length; i += 2)
                for (var n = 0; n < 3; n++) writer.Write(BitConverter.ToInt16(pcm, i));
        }

        var heard = await HearAsync(wave.ToArray(), """{"type":"file"}""");

        Assert.True(Clip.Order.ErrorRate(heard) <= 0.3, heard);
    }

    [Fact]
    public async Task A_file_that_is_no_audio_is_an_error()
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start(format: """{"type":"file"}"""));
        await peer.SendAsync(Enumerable.Range(0, 5000).Select(i => (byte)(i * 7)).ToArray());
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":1}""");

        var error = await peer.ReceiveErrorAsync();

        Assert.Equal("invalid_audio_type", error.Type);
    }

    [Fact]
    public async Task What_the_server_lacks_is_told_before_the_session_starts()
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start(
            ""","max_delay":9,"operating_point":"enhanced","diarization":"speaker","additional_vocab":["one two three four five six seven",{"content":"gnocchi","sounds_like":["nokey"]}]"""));
        var before = new List<JsonNode>();
        while (await peer.ReceiveAsync() is { } message && MessageLog.Kind(message) != "RecognitionStarted") before.Add(message);

        var warnings = before.Where(message => MessageLog.Kind(message) == "Warning").Select(message => message["reason"]!.GetValue<string>()).ToList();

        Assert.Contains(warnings, reason => reason.Contains("max_delay", StringComparison.Ordinal));
        Assert.Contains(warnings, reason => reason.Contains("Speaker", StringComparison.Ordinal));
        Assert.Contains(warnings, reason => reason.Contains("\"enhanced\" is not loaded", StringComparison.Ordinal));
        Assert.Contains(warnings, reason => reason.Contains("1 entries", StringComparison.Ordinal));
        Assert.Equal(4, warnings.Count);
        Assert.Contains(before, message => MessageLog.Kind(message) == "Info" && message["type"]!.GetValue<string>() == "concurrent_session_usage");
    }

    [Fact]
    public async Task The_beginning_and_end_of_speech_are_told_where_asked_for()
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start().Replace("\"message\"", "\"audio_events_config\":{\"types\":[\"speech\"]},\"message\"", StringComparison.Ordinal));
        var pcm = Clip.Order.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();

        Assert.Empty(log.Of("Warning"));
        var words = log.Finals.SelectMany(final => final["results"]!.AsArray()).ToList();
        var start = log.Of("AudioEventStarted").First()["event"]!;
        var end = log.Of("AudioEventEnded").Last()["event"]!;
        Assert.Equal(("speech", "speech"), (start["type"]!.GetValue<string>(), end["type"]!.GetValue<string>()));
        Assert.Equal(words[0]!["start_time"]!.GetValue<double>(), start["start_time"]!.GetValue<double>(), 0.5);
        Assert.Equal(words[^1]!["end_time"]!.GetValue<double>(), end["end_time"]!.GetValue<double>(), 0.5);
        Assert.Equal(log.Of("AudioEventStarted").Count(), log.Of("AudioEventEnded").Count());
    }

    [Fact]
    public async Task A_request_that_is_no_web_socket_is_refused_politely()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/v2", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync(new Uri("/v2", UriKind.Relative), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/v2/agent/agile", UriKind.Relative))).StatusCode);
    }

    private async Task<string> HearAsync(byte[] audio, string format)
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start(format: format));
        for (var at = 0; at < audio.Length; at += 4000) await peer.SendAsync(audio.AsMemory(at, Math.Min(4000, audio.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();
        log.AssertOrder((audio.Length + 3999) / 4000, paced: false);
        return log.Text;
    }

    /// <summary>ITU-T G.711.</summary>
    private static byte MuLaw(short sample)
    {
        var sign = sample < 0 ? 0x80 : 0;
        var magnitude = Math.Min(Math.Abs((int)sample), 32635) + 132;
        var exponent = 7;
        for (var mask = 0x4000; (magnitude & mask) == 0 && exponent > 0; mask >>= 1) exponent--;
        return (byte)~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F));
    }
}
