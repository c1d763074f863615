using System.Globalization;
using System.Text.Json;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Decoding;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>voice-activity endpoints|rescue MANIFEST [EVERY]</c>, over every EVERY-th recording of a manifest whose recordings lie beside it. Endpoints: how long after the end of speech each rule ends the utterance, and how often in the
/// middle of a recording, at chunks of 160 ms. Rescue: word error rates of three recordings in a row at several levels, with and without decoding again what gave no words.
/// </summary>
internal static class VoiceActivityTables
{
    private const int Rate = 16000;
    private const int Chunk = 2560;

    /// <summary>Returns the exit code: 0 done, 2 called wrongly.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [("endpoints" or "rescue") and var table, var manifest, .. var more] || more.Length > 1)
        {
            Console.Error.WriteLine("voice-activity endpoints|rescue MANIFEST [EVERY]");
            return 2;
        }

        var every = more.Length == 0 ? 1 : int.Parse(more[0], CultureInfo.InvariantCulture);
        var clips = File.ReadLines(manifest).Where((_, i) => i % every == 0).Select(line => Read(line, Path.GetDirectoryName(manifest)!)).ToArray();
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        await using var voice = await VoiceActivityModel.LoadAsync(BenchmarkModel.VoiceActivityPath);
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = 8, VoiceActivityModel = voice });
        if (table == "endpoints") await EndpointsAsync(pool, clips);
        else await RescueAsync(pool, clips);
        return 0;
    }

    private static async Task EndpointsAsync(SessionPool pool, Clip[] clips)
    {
        var speechEnds = new double[clips.Length];
        for (var i = 0; i < clips.Length; i++)
            speechEnds[i] = (await PlayAsync(pool, clips[i].Samples, Rules(0.6))).Select(e => e.Event).OfType<SpeechEnded>().LastOrDefault()?.Time.TotalSeconds ?? 0;
        Console.WriteLine("rule                                 early ends   delay p50   p90 (s)");
        foreach (var (name, options) in new[]
        {
            ("after the last word 0.4 s", Rules(0.4)), ("after the last word 0.6 s", Rules(0.6)), ("after the last word 0.8 s", Rules(0.8)),
            ("heard 0.2 s", Rules(1.5, 0.2)), ("heard 0.3 s", Rules(1.5, 0.3)), ("heard 0.4 s", Rules(1.5, 0.4)), ("heard 0.6 s", Rules(1.5, 0.6)),
            ("heard 0.6 s, whole sentence 0.2 s", Rules(1.5, 0.6, 0.2)),
        })
        {
            var (early, delays) = (0, new List<double>());
            for (var i = 0; i < clips.Length; i++)
            {
                var ends = (await PlayAsync(pool, clips[i].Samples, options)).Where(e => e.Event is EndOfUtterance { Reason: not EndOfUtteranceReason.EndOfAudio }).ToArray();
                early += Math.Max(0, ends.Length - 1);
                if (ends.Length > 0) delays.Add(ends[^1].At - speechEnds[i]);
            }

            delays.Sort();
            Console.WriteLine($"{name,-36} {early,4} in {clips.Length,3} {delays[delays.Count / 2],11:0.00} {delays[delays.Count * 9 / 10],7:0.00}");
        }
    }

    private static async Task RescueAsync(SessionPool pool, Clip[] clips)
    {
        Console.WriteLine("level      words   without: WER %   with: WER %   stretches read again");
        foreach (var gain in new[] { 1f, 0.05f, 0.01f })
        {
            var (words, without, with, spans) = (0, 0, 0, 0);
            foreach (var three in clips.Chunk(3))
            {
                var audio = three.SelectMany(clip => clip.Samples).Select(sample => sample * gain).ToArray();
                var reference = Words(string.Join(' ', three.Select(clip => clip.Text)));
                var plain = await PlayAsync(pool, audio, Rescue(Timeout.InfiniteTimeSpan));
                var rescued = await PlayAsync(pool, audio, Rescue(TimeSpan.FromSeconds(2)));
                words += reference.Length;
                without += WordErrors.Count(reference, Words(Text(plain))).Errors;
                with += WordErrors.Count(reference, Words(Text(rescued))).Errors;
                spans += rescued.Count(e => e.Event is SessionNotice { Kind: SessionNoticeKind.BlankSpanRescued });
            }

            Console.WriteLine($"{20 * Math.Log10(gain),4:0} dB {words,9} {100.0 * without / words,16:0.0} {100.0 * with / words,13:0.0} {spans,22}");
        }
    }

    /// <summary>Plays a recording and three seconds of silence, chunk by chunk; each event with the audio that had been given when it came.</summary>
    private static async Task<List<(double At, SpeechEvent Event)>> PlayAsync(SessionPool pool, float[] samples, SessionOptions options)
    {
        await using var session = await pool.OpenAsync(options);
        float[] audio = [.. samples, .. new float[(3 * Rate) + Chunk - (samples.Length % Chunk)]];
        var (events, given) = (new List<(double, SpeechEvent)>(), 0.0);
        var reading = Task.Run(async () =>
        {
            await foreach (var speechEvent in session.ReadEventsAsync()) events.Add((Volatile.Read(ref given), speechEvent));
        });
        for (var at = 0; at + Chunk <= audio.Length; at += Chunk)
        {
            Volatile.Write(ref given, (at + Chunk) / (double)Rate);
            await session.WriteAsync(audio.AsMemory(at, Chunk));

            // a chunk needs 10 ms of the next: until it has been heard, no more is given
            while (options.Chunk == TimeSpan.FromMilliseconds(160) && session.AudioRecognized.TotalSeconds < (at / (double)Rate) - 0.001) await Task.Yield();
        }

        session.Complete();
        await reading;
        return events;
    }

    private static SessionOptions Rules(double silence, double heard = 0, double sentence = 0) => new()
    {
        Chunk = TimeSpan.FromMilliseconds(160),
        MaxDelay = Timeout.InfiniteTimeSpan,
        EndpointSilence = TimeSpan.FromSeconds(silence),
        SentenceEndSilence = sentence == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(sentence),
        VoiceActivity = new VoiceActivityOptions { EndpointSilence = heard == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(heard) },
    };

    private static SessionOptions Rescue(TimeSpan after) => new() { Chunk = TimeSpan.FromMilliseconds(640), VoiceActivity = new VoiceActivityOptions { RescueAfter = after } };

    private static string Text(List<(double At, SpeechEvent Event)> events) => string.Join(' ', events.Select(e => e.Event).OfType<FinalTranscript>().Select(final => final.Text));

    private static string[] Words(string text) => text.ToLowerInvariant().Split([' ', ',', '.', '?', '!'], StringSplitOptions.RemoveEmptyEntries);

    private static Clip Read(string line, string folder)
    {
        using var entry = JsonDocument.Parse(line);
        return new Clip(entry.RootElement.GetProperty("text").GetString()!, WaveFile.Read(Path.Combine(folder, entry.RootElement.GetProperty("audio").GetString()!)));
    }

    private sealed record Clip(string Text, float[] Samples);
}
