// Transcribes a file, in constant memory: dotnet run --project samples/File -- samples/audio/orders-005.wav
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

await using var recognizer = await SpeechRecognizer.CreateAsync(EnglishModel.Path);
await foreach (var speechEvent in recognizer.RecognizeAsync(AudioSource.FromFile(args[0])))
{
    if (speechEvent is FinalTranscript final) Console.WriteLine($"{final.Start:mm\\:ss\\.ff}  {final.Text}");
    if (speechEvent is SessionNotice notice) Console.Error.WriteLine(notice.Message);
}
