using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public class GreedyGoldenTests
{
    public static TheoryData<string> Clips => Golden.Clips;

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task The_reference_encoder_frames_give_the_reference_tokens_in_any_split(string clip)
    {
        IAcousticModel model = await TestModel.English;
        var golden = Golden.Read(clip);
        var encoded = new EncodedFrames(golden.Width, golden.ReadEncoded());
        foreach (var head in new[] { TransducerHead.Tdt, TransducerHead.Rnnt })
        {
            using var network = model.CreateTransducer(head, 1);
            var decoder = new TransducerDecoder(network, model.Vocabulary, head);
            foreach (var split in new[] { 8, 1, 3, int.MaxValue })
            {
                var (state, tokens) = (new GreedyDecoderState(model.Vocabulary), new TokenBuffer());
                for (long first = 0; first < golden.EncoderFrames; first += split)
                {
                    encoded.FirstFrame = (int)first;
                    decoder.Decode(encoded, [new DecodeRow(state, tokens, 0, first, Math.Min(first + split, golden.EncoderFrames))]);
                }

                Golden.AssertEqual(golden.For(head, 8), tokens.Tokens, $"{clip}, {head}, {split} frames at a time");
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Reference_mel_frames_of_all_clips_in_one_batch_give_the_reference_tokens(int chunk)
    {
        IAcousticModel model = await TestModel.English;
        var layout = model.Layout;
        var goldens = Golden.Clips.Select(c => Golden.Read(c.Data)).ToArray();
        var mels = goldens.Select(g => g.ReadMel()).ToArray();
        TransducerHead[] heads = [TransducerHead.Tdt, TransducerHead.Rnnt];
        var networks = heads.Select(h => model.CreateTransducer(h, goldens.Length)).ToArray();
        var decoders = heads.Select((h, i) => new TransducerDecoder(networks[i], model.Vocabulary, h)).ToArray();
        var states = heads.Select(_ => goldens.Select(_ => new GreedyDecoderState(model.Vocabulary)).ToArray()).ToArray();
        var tokens = heads.Select(_ => goldens.Select(_ => new TokenBuffer()).ToArray()).ToArray();
        using var step = model.CreateEncoderStep(goldens.Length);
        var rings = new EncoderState(layout, goldens.Length);

        step.SetChunk(chunk);
        double difference = 0, magnitude = 0;
        for (long first = 0; first < goldens.Max(g => g.EncoderFrames); first += chunk)
        {
            for (var row = 0; row < goldens.Length; row++)
            {
                step.SetProcessed(row, first);
                FillWindow(step.MelWindow(row), mels[row], layout, first);
            }

            step.Run(goldens.Length, rings.Addresses(0));
            for (var row = 0; row < goldens.Length; row++)
                rings.Write(step, row, row, first, chunk);
            for (var h = 0; h < heads.Length; h++)
            {
                decoders[h].Decode(step, [.. goldens.Select((g, row) => (g, row)).Where(x => x.g.EncoderFrames > first)
                    .Select(x => new DecodeRow(states[h][x.row], tokens[h][x.row], x.row, first, Math.Min(first + chunk, x.g.EncoderFrames)))]);
            }

            if (chunk == 8)
                Compare(step, goldens, first, ref difference, ref magnitude);
        }

        foreach (var network in networks)
            network.Dispose();
        Assert.True(difference <= 0.02 * magnitude, $"encoder frames differ by {difference / magnitude:P2} of their magnitude");
        for (var h = 0; h < heads.Length; h++)
        {
            for (var row = 0; row < goldens.Length; row++)
            {
                var expected = goldens[row].For(heads[h], chunk);
                var actual = tokens[h][row].Tokens;
                var what = $"{goldens[row].Name}, {heads[h]}, chunk {chunk}, margin {expected.Margin}";
                if (expected.Margin >= 0.05)
                    Golden.AssertEqual(expected, actual, what);
                else
                    Assert.True(Edits(expected.Ids, [.. actual.ToArray().Select(t => t.Id)]) <= 1, what + ": more than one token differs");
            }
        }
    }

    private static void FillWindow(Span<float> window, float[] mel, EncoderLayout layout, long firstEncoderFrame)
    {
        var first = (firstEncoderFrame * layout.MelFramesPerEncoderFrame) - layout.MelFramesBefore;
        for (var i = 0; i < window.Length / layout.MelBins; i++)
        {
            var to = window.Slice(i * layout.MelBins, layout.MelBins);
            var from = (first + i) * layout.MelBins;
            if (from < 0 || from >= mel.Length)
                to.Fill(layout.SilenceMel);
            else
                mel.AsSpan((int)from, layout.MelBins).CopyTo(to);
        }
    }

    private static void Compare(IEncoderStep step, Golden[] goldens, long first, ref double difference, ref double magnitude)
    {
        for (var row = 0; row < goldens.Length; row++)
        {
            var expected = goldens[row].ReadEncoded().AsSpan();
            expected = expected[(int)Math.Min(expected.Length, first * goldens[row].Width)..];
            var actual = step.Encoded(row);
            for (var i = 0; i < Math.Min(expected.Length, actual.Length); i++)
            {
                difference += Math.Abs(expected[i] - actual[i]);
                magnitude += Math.Abs(expected[i]);
            }
        }
    }

    private static int Edits(int[] a, int[] b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)), row[j]);
        }

        return row[^1];
    }
}
