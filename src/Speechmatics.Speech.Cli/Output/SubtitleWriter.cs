using System.Globalization;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>SubRip or WebVTT. A cue shows for at least a second where the next one leaves it the time, so each is written when the next is known.</summary>
internal sealed class SubtitleWriter(TextWriter output, SubtitleKind kind) : ITranscriptWriter
{
    private static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(1);

    private readonly SubtitleCueBuilder _builder = new();
    private SubtitleCue? _held;
    private int _number;
    private bool _started;

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case FinalTranscript final:
                foreach (var word in final.Words)
                    Add(_builder.Add(word));
                break;
            case EndOfUtterance:
                Add(_builder.EndUtterance());
                break;
            default:
                return;
        }

        output.Flush();
    }

    public void End(string? error)
    {
        Add(_builder.EndUtterance());
        if (_held is not null)
            WriteCue(_held, TimeSpan.MaxValue);
        _held = null;
        Start();
        output.Flush();
    }

    private void Add(IEnumerable<SubtitleCue> cues)
    {
        foreach (var cue in cues)
        {
            if (_held is not null)
                WriteCue(_held, cue.Start);
            _held = cue;
        }
    }

    private void Start()
    {
        if (!_started && kind == SubtitleKind.Vtt)
            output.Write($"WEBVTT{Environment.NewLine}{Environment.NewLine}");
        _started = true;
    }

    private void WriteCue(SubtitleCue cue, TimeSpan nextStart)
    {
        Start();
        var end = cue.End;
        if (end - cue.Start < MinDuration)
            end = cue.Start + MinDuration;
        if (end > nextStart)
            end = nextStart > cue.Start ? nextStart : cue.End;

        if (kind == SubtitleKind.Srt)
            output.WriteLine((++_number).ToString(CultureInfo.InvariantCulture));
        output.WriteLine($"{Time(cue.Start)} --> {Time(end)}");
        foreach (var line in cue.Lines)
            output.WriteLine(kind == SubtitleKind.Vtt ? Escape(line) : line);
        output.WriteLine();
    }

    private string Time(TimeSpan time)
    {
        var mark = kind == SubtitleKind.Srt ? ',' : '.';
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:D2}:{time.Minutes:D2}:{time.Seconds:D2}{mark}{time.Milliseconds:D3}");
    }

    private static string Escape(string line) =>
        line.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
