using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Cli;

/// <summary>Events made by hand, short to write.</summary>
internal static class Events
{
    public static RecognizedWord Word(string text, double start, double end, float confidence = 0.5f) =>
        new() { Text = text, Start = TimeSpan.FromSeconds(start), End = TimeSpan.FromSeconds(end), Confidence = confidence };

    /// <summary>Words one after another, each of <paramref name="each"/> seconds without a pause.</summary>
    public static ImmutableArray<RecognizedWord> Words(string text, double start = 0, double each = 0.4) =>
        [.. text.Split(' ').Select((w, i) => Word(w, start + (i * each), start + ((i + 1) * each)))];

    public static FinalTranscript Final(string text, double start = 0) => Final(Words(text, start));

    public static FinalTranscript Final(ImmutableArray<RecognizedWord> words) => new() { Text = string.Join(' ', words.Select(w => w.Text)), Words = words };

    public static PartialTranscript Partial(string text) => new() { Text = text, Words = Words(text) };

    public static EndOfUtterance End(double time = 1) => new() { Time = TimeSpan.FromSeconds(time), Reason = EndOfUtteranceReason.TrailingSilence };

    public static SessionNotice Notice(string message) =>
        new() { Kind = SessionNoticeKind.AudioTruncated, Message = message, Time = TimeSpan.FromSeconds(2) };
}
