using System.Text;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public class AttentionWordsTests
{
    private const int EncoderFrame = 320;

    [Fact]
    public void A_word_begins_at_a_space_and_keeps_its_punctuation()
    {
        var words = Build(" Well", ",", " it", "'s", " fine", ".", " \"", "Yes", "!\"");
        Assert.Equal(["Well,", "it's", "fine.", "\"Yes!\""], words.Select(w => w.Text));
    }

    [Fact]
    public void The_first_word_needs_no_space_and_a_lone_space_is_no_word()
    {
        var words = Build("so", " ", "what", " ");
        Assert.Equal(["so", "what"], words.Select(w => w.Text));
    }

    [Fact]
    public void A_character_may_be_spread_over_tokens()
    {
        var bytes = Encoding.UTF8.GetBytes(" né");
        var words = Build([bytes[..3], bytes[3..], Encoding.UTF8.GetBytes("e")]);
        Assert.Equal(["née"], words.Select(w => w.Text));
    }

    [Fact]
    public void Half_a_character_becomes_a_replacement_and_no_exception()
    {
        var words = Build([[(byte)' ', (byte)'a', 0xC3], Encoding.UTF8.GetBytes(" b")]);
        Assert.Equal(["a\uFFFD", "b"], words.Select(w => w.Text));
    }

    [Fact]
    public void Confidence_is_the_least_token_probability_of_the_word()
    {
        var words = Build(" a", "b", " c");
        Assert.Equal([0.25f, 1 / 8f], words.Select(w => w.Confidence), (x, y) => Math.Abs(x - y) < 1e-6);
    }

    [Fact]
    public void Times_follow_the_attention_rise_and_stay_within_the_utterance()
    {
        var words = Build(" a", "b", " c", ".", " d");
        Assert.Equal(TimeSpan.FromSeconds(100), words[0].Start);

        // each token looks at ten frames of its own; starts are moved back by 0.12 s
        Assert.Equal(100 + (20 * 0.02) - 0.12, words[1].Start.TotalSeconds, 0.021);
        Assert.Equal(100 + (30 * 0.02) - 0.12, words[1].End.TotalSeconds, 0.021);
        Assert.Equal(100 + (40 * 0.02) - 0.12, words[2].Start.TotalSeconds, 0.021);
        Assert.Equal(100 + (50 * 0.02), words[2].End.TotalSeconds, 0.021);
    }

    private static RecognizedWord[] Build(params string[] tokens) => Build([.. tokens.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>Token n has the probability 2^-(n + 1) and looks at frames 10 n to 10 n + 9; the end looks at ten more.</summary>
    private static RecognizedWord[] Build(byte[][] tokens)
    {
        var vocabulary = new AttentionVocabulary(tokens) { Prompt = [0], EndOfText = tokens.Length, NoSpeech = 0, Suppress = [], SuppressFirst = [] };
        var layout = new AttentionLayout
        {
            SampleRate = 16000,
            MelBins = 80,
            HopSamples = 160,
            MaxSeconds = 30,
            MelFramesPerEncoderFrame = 2,
            Layers = 1,
            Heads = 1,
            Width = 1,
            ContextTokens = 100,
            AlignmentHeads = 1,
            Vocabulary = tokens.Length + 1,
        };
        var frames = 10 * (tokens.Length + 1);
        var reading = new AttentionHypothesis();
        reading.Begin(1, frames);
        for (var i = 0; i <= tokens.Length; i++)
        {
            var alignment = reading.NextAlignment(0);
            alignment.Fill(0.001f);
            alignment.Slice(10 * i, 10).Fill(0.09f);
            if (i < tokens.Length) reading.Add(i, -(i + 1) * MathF.Log(2));
            else reading.AddEnd(0);
        }

        reading.Complete(AttentionStop.EndOfText);
        var audio = new float[frames * EncoderFrame];
        audio.AsSpan().Fill(0.1f);
        return [.. new AttentionWords(vocabulary, layout).Build(reading, audio, startSample: 1_600_000)];
    }
}
