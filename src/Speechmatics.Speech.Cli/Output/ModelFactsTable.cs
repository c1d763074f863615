using System.Globalization;
using Spectre.Console;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>The facts of a model package as tables.</summary>
internal static class ModelFactsTable
{
    public static void Write(ModelFacts facts, Terminal terminal)
    {
        var table = Tables.Create(terminal, "property", "value");
        table.AddRow("name", Markup.Escape(facts.Name));
        table.AddRow("type", Markup.Escape(facts.Type));
        table.AddRow("language", Markup.Escape(facts.Language));
        table.AddRow("hash", Markup.Escape(facts.ContentHash));
        table.AddRow("audio", Invariant($"{facts.SampleRate} Hz, {facts.MelBins} mel bins"));
        table.AddRow("encoder frame", Invariant($"{facts.EncoderFrameMilliseconds:0.##} ms"));
        if (!facts.Heads.IsEmpty)
            table.AddRow("heads", string.Join(", ", facts.Heads.Select(NameOf)));
        table.AddRow("vocabulary", Invariant($"{facts.VocabularySize} tokens{(facts.Heads.IsEmpty ? "" : ", blank included")}"));
        if (!facts.States.IsEmpty)
            table.AddRow("state", Invariant($"{Bytes(facts.StateBytesPerSession)} for each session, {facts.States.Length} tensors"));
        table.AddRow("files", Bytes(facts.Files.Sum(f => f.Bytes)));
        Tables.Write(table, terminal);
        terminal.Out.WriteLine();

        if (!facts.ChunkFrames.IsEmpty)
            WriteStreaming(facts, terminal);

        var files = Tables.Create(terminal, "file", "size");
        foreach (var file in facts.Files)
            files.AddRow(Markup.Escape(file.Name), Bytes(file.Bytes));
        Tables.Write(files, terminal);
    }

    private static void WriteStreaming(ModelFacts facts, Terminal terminal)
    {
        var chunks = Tables.Create(terminal, "chunk frames", "--chunk-ms", "look-ahead ms", "default");
        foreach (var frames in facts.ChunkFrames)
        {
            chunks.AddRow(
                Invariant($"{frames}"),
                Invariant($"{frames * facts.EncoderFrameMilliseconds:0}"),
                Invariant($"{facts.LookAheadMilliseconds:0.##}"),
                frames == facts.DefaultChunkFrames ? "yes" : "");
        }

        Tables.Write(chunks, terminal);
        terminal.Out.WriteLine();

        var states = Tables.Create(terminal, "state", "shape", "size");
        foreach (var state in facts.States)
            states.AddRow(Markup.Escape(state.Name), string.Join(" x ", state.Shape), Bytes(state.BytesPerSession));
        Tables.Write(states, terminal);
        terminal.Out.WriteLine();
    }

    private static string NameOf(TransducerHead head) => head == TransducerHead.Tdt ? "tdt" : "rnnt";

    private static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000 => Invariant($"{bytes / 1e6:0.0} MB"),
        >= 1_000 => Invariant($"{bytes / 1e3:0.0} kB"),
        _ => Invariant($"{bytes} B"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
