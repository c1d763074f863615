// Transcribes the microphone until Ctrl+C: dotnet run --project samples/Microphone
// The samples come from a program that every system has (arecord) or can have (ffmpeg); with an argument, from a file in raw 16 kHz PCM16 or from "-", standard input.
using System.Diagnostics;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

await using var samples = args switch
{
    [] => StartRecorder(),
    ["-"] => Console.OpenStandardInput(),
    [var path, ..] => File.OpenRead(path),
};
await using var recognizer = await SpeechRecognizer.CreateAsync(EnglishModel.Path);
var source = AudioSource.FromStream(samples, new AudioFormat(AudioEncoding.Pcm16, 16000));
try
{
    await foreach (var speechEvent in recognizer.RecognizeAsync(source, cancellationToken: stop.Token))
    {
        // a partial is written over by what replaces it
        if (speechEvent is PartialTranscript partial) Console.Write($"\r\u001b[K{partial.Text}");
        if (speechEvent is FinalTranscript final) Console.WriteLine($"\r\u001b[K{final.Text}");
    }
}
catch (OperationCanceledException)
{
    Console.WriteLine();
}

static Stream StartRecorder()
{
    var (program, arguments) = OperatingSystem.IsLinux() ? ("arecord", "-q -t raw -f S16_LE -r 16000 -c 1")
        : OperatingSystem.IsMacOS() ? ("ffmpeg", "-loglevel error -f avfoundation -i :default -ar 16000 -ac 1 -f s16le -")
        : ("ffmpeg", "-loglevel error -f dshow -i audio=default -ar 16000 -ac 1 -f s16le -");
    return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!.StandardOutput.BaseStream;
}
