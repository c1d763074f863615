using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Snippets;

/// <summary>The code of README.md, region by region.</summary>
public static class ReadmeSnippets
{
    public static async Task FileAsync(CancellationToken ct)
    {
        #region file
        await using var recognizer = await SpeechRecognizer.CreateAsync(EnglishModel.Path);
        await foreach (var e in recognizer.RecognizeAsync(AudioSource.FromFile("call.wav"), cancellationToken: ct))
            if (e is FinalTranscript final)
                Console.WriteLine($"{final.Start:g} {final.Text}");
        #endregion
    }

    public static async Task EnhancedAsync(CancellationToken ct)
    {
        #region enhanced
        await using var recognizer = await SpeechRecognizer.CreateEnhancedAsync(EnglishModel.Path, EnhancedEnglishModel.Path);
        await foreach (var e in recognizer.RecognizeAsync(AudioSource.FromFile("talk.mp3"), cancellationToken: ct))
            if (e is FinalTranscript final)
                Console.WriteLine(final.Text); // punctuation and capitals, far fewer errors
        #endregion
    }

    public static async Task LiveAsync(CancellationToken ct)
    {
        #region live
        await using var recognizer = await SpeechRecognizer.CreateAsync(EnglishModel.Path);
        var microphone = AudioSource.FromStream(Console.OpenStandardInput(), new AudioFormat(AudioEncoding.Pcm16, sampleRate: 16000));
        var options = new SessionOptions { Chunk = TimeSpan.FromMilliseconds(640), CustomVocabulary = new CustomVocabulary(["obake karuta"]) };
        await foreach (var e in recognizer.RecognizeAsync(microphone, options, ct))
        {
            if (e is PartialTranscript partial) Console.Write($"\r{partial.Text} …");
            if (e is FinalTranscript final) Console.WriteLine($"\r{final.Text}    ");
        }
        #endregion
    }

    public static async Task ManyAsync(ReadOnlyMemory<byte> packet, CancellationToken ct)
    {
        #region many
        await using var model = await SpeechModel.LoadAsync(EnglishModel.Path);
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = 2000 });

        await using var session = await pool.OpenAsync(new SessionOptions { SampleRate = 8000, Encoding = AudioEncoding.MuLaw }, ct);
        bool taken = session.TryWrite(packet.Span); // never blocks: false = full, nothing taken
        await session.WriteAsync(packet, ct);       // waits for room
        await session.FlushAsync(ct);               // the speaker has finished: the final comes at once
        session.Complete();                         // no more audio

        await foreach (var e in session.ReadEventsAsync(ct)) // one reader and one writer at a time, on any threads
            Console.WriteLine(e);
        #endregion
        Console.WriteLine(taken);
    }
}
