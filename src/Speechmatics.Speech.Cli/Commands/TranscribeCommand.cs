using System.CommandLine;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech transcribe FILE…</c>: the command line; <see cref="TranscribeJob"/> does the work.</summary>
internal static class TranscribeCommand
{
    public static Command Create(ToolServices services)
    {
        var files = new Argument<string[]>("FILE") { Description = "Recordings: WAV, or with ffmpeg installed any other format; '-' reads standard input: WAV, or raw samples.", Arity = ArgumentArity.OneOrMore };
        files.Validators.Add(result =>
        {
            // what looks like an option and is no file is a mistyped option
            foreach (var token in result.Tokens)
            {
                if (token.Value.Length > 1 && token.Value[0] == '-' && !File.Exists(token.Value))
                    result.AddError($"{token.Value}: no such option");
            }
        });
        var format = CommonOptions.Format();
        var output = new Option<string?>("--output") { Description = "Write a file for each recording into this folder instead of standard output.", HelpName = "DIR" };
        var partials = new Option<bool>("--partials") { Description = "Show words while they may still change." };
        var recognition = new RecognitionOptions(enhancedByDefault: true);
        var channel = CommonOptions.Channel();
        var rate = CommonOptions.Positive(new Option<int?>("--rate") { Description = "Sample rate of raw samples from '-', in Hz (default: 16000).", HelpName = "N" });
        var encoding = CommonOptions.Choice<AudioEncoding?>(
            "--encoding", "Format of raw samples from '-' (default: pcm16).",
            ("pcm16", AudioEncoding.Pcm16), ("float32", AudioEncoding.Float32), ("mulaw", AudioEncoding.MuLaw), ("alaw", AudioEncoding.ALaw));
        var parallel = CommonOptions.Parallel("one for each processor");

        var command = new CommandWithExamples(
            "transcribe",
            "Print the words of recordings.",
            "speech transcribe call.wav",
            "speech transcribe --format srt --output subtitles *.mp3",
            "arecord -q -t raw -f S16_LE -r 16000 -c 1 | speech transcribe --partials -",
            "ffmpeg -i talk.mkv -f s16le -ac 1 -ar 8000 - | speech transcribe --rate 8000 --format json -")
        {
            files, format, output, partials, channel, rate, encoding, parallel,
        };

        foreach (var option in recognition.All) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var names = parsed.GetRequiredValue(files);
            var live = parsed.GetValue(partials);
            Check(names, services.Terminal, parsed.GetValue(format), parsed.GetValue(output), live, parsed.GetValue(parallel), parsed.GetValue(rate), parsed.GetValue(encoding));

            var atOnce = live ? 1 : Math.Min(names.Length, parsed.GetValue(parallel) ?? Environment.ProcessorCount);
            var job = new TranscribeJob(services, new ErrorReport(services.Terminal.Error, parsed.GetValue(CommonOptions.Verbose)))
            {
                Inputs = [.. names.Select(name => new AudioInput
                {
                    Name = name,
                    Samples = name == AudioInput.StandardInputName ? services.Terminal.OpenInput() : null,
                    SampleRate = parsed.GetValue(rate) ?? 16000,
                    Encoding = parsed.GetValue(encoding) ?? AudioEncoding.Pcm16,
                    Channel = parsed.GetValue(channel),
                    MayBeWave = parsed.GetValue(rate) is null && parsed.GetValue(encoding) is null,
                })],
                Settings = recognition.Read(parsed) with { Partials = live, Parallel = atOnce },
                Format = parsed.GetValue(format),
                OutputFolder = parsed.GetValue(output),
            };
            return job.RunAsync(cancellationToken);
        });
        return command;
    }

    private static void Check(
        string[] names, Terminal terminal, TranscriptFormat format, string? output, bool partials, int? parallel, int? rate, AudioEncoding? encoding)
    {
        var raw = names.Count(n => n == AudioInput.StandardInputName);
        if (raw > 1)
            throw new UsageException("'-' may be given once: there is one standard input");
        if (raw == 0 && (rate is not null || encoding is not null))
            throw new UsageException("--rate and --encoding describe raw samples from '-'; files say their own");
        if (raw == 1 && terminal.InputIsTerminal)
            throw new UsageException("'-' reads audio from standard input, which is the keyboard here: pipe a recording into it");
        if (partials && format != TranscriptFormat.Text)
            throw new UsageException("--partials goes with --format text: the other formats hold finals only");
        if (partials && output is not null)
            throw new UsageException("--partials shows words as they come, so it does not go with --output");
        if (partials && parallel > 1)
            throw new UsageException("--partials takes one recording at a time, so it does not go with --parallel");
        if (output is null && names.Length > 1 && !TranscriptWriters.CanFollowEachOther(format))
            throw new UsageException("subtitles of several recordings need a file each: add --output DIR");

        if (names.FirstOrDefault(Directory.Exists) is { } folder)
            throw new UsageException($"{folder} is a folder: 'speech batch {folder} --output DIR' transcribes the recordings in it");

        if (output is null)
            return;
        foreach (var same in names.GroupBy(n => new AudioInput { Name = n }.BaseName, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            throw new UsageException($"{string.Join(" and ", same)} would both be written to {Path.Combine(output, same.Key)}{TranscriptWriters.Extension(format)}");
    }
}
