using System.Collections.Immutable;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class LoadClipTests
{
    private const int Rate = 10;
    private const int Gap = 3;

    private static readonly LoadClip[] Clips = [ClipOf("one two", 1, 20), ClipOf("three", 2, 7), ClipOf("four five six", 3, 30)];

    [Fact]
    public void A_player_gives_the_clips_of_its_sequence_with_silence_between_whatever_the_packets()
    {
        var sequence = new ClipSequence(Clips, Gap, seed: 5);
        var expected = new List<byte>();
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(expected.Count, sequence.Start);
            expected.AddRange(sequence.Current.Audio);
            expected.AddRange(Enumerable.Repeat(SampleEncoder.Silence(AudioEncoding.MuLaw)[0], 3));
            sequence.MoveNext();
        }

        foreach (var size in (int[])[1, 4, 64])
        {
            var player = new ClipPlayer(new ClipSequence(Clips, Gap, seed: 5), AudioEncoding.MuLaw);
            var played = new byte[expected.Count / size * size];
            for (var at = 0; at < played.Length; at += size) player.Fill(played.AsSpan(at, size));
            Assert.Equal(expected[..played.Length], played);
            Assert.Equal(played.Length, player.Samples);
        }
    }

    [Fact]
    public void Each_round_plays_every_clip_once()
    {
        var sequence = new ClipSequence(Clips, Gap, seed: 1);
        for (var round = 0; round < 5; round++)
        {
            var played = new HashSet<LoadClip>();
            for (var i = 0; i < Clips.Length; i++, sequence.MoveNext()) Assert.True(played.Add(sequence.Current));
        }
    }

    [Fact]
    public void Words_are_scored_against_the_clip_in_whose_time_they_lie()
    {
        var sequence = new ClipSequence(Clips, Gap, seed: 3);
        var scorer = new ClipScorer(new ClipSequence(Clips, Gap, seed: 3), Rate);
        for (var i = 0; i < 3; i++, sequence.MoveNext())
        {
            // the last word of each clip ends in the gap after it; the clip "three" is misheard
            var words = sequence.Current.Words;
            for (var w = 0; w < words.Count; w++)
                scorer.Add(Final(words[w] == "three" ? "tree" : words[w], (sequence.Start + (sequence.Current.Samples * (w + 1.0) / words.Count) - 1) / Rate));
        }

        scorer.End(sequence.Start);
        Assert.Equal(3, scorer.Clips);
        Assert.Equal((6, 1, 1), (scorer.Counts.ReferenceWords, scorer.Counts.Errors, scorer.Counts.Substitutions));
    }

    [Fact]
    public void A_clip_cut_short_is_not_scored()
    {
        var sequence = new ClipSequence(Clips, Gap, seed: 3);
        var scorer = new ClipScorer(new ClipSequence(Clips, Gap, seed: 3), Rate);
        scorer.Add(Final("nonsense", 0.1));
        scorer.End(sequence.End - 1);
        Assert.Equal(0, scorer.Clips);
        scorer.End(sequence.End);
        Assert.Equal(1, scorer.Clips);
        Assert.True(scorer.Counts.Errors > 0);
    }

    [Theory]
    [InlineData(AudioEncoding.Pcm16, 1f / 32768)]
    [InlineData(AudioEncoding.MuLaw, 0.016f)]
    [InlineData(AudioEncoding.ALaw, 0.016f)]
    [InlineData(AudioEncoding.Float32, 0f)]
    public void Encoded_samples_decode_to_the_nearest_value(AudioEncoding encoding, float tolerance)
    {
        var samples = Enumerable.Range(-100, 201).Select(i => i / 101f).ToArray();
        var decoded = new float[samples.Length];
        SampleConversion.ToFloat(SampleEncoder.Encode(samples, encoding), encoding, decoded);
        for (var i = 0; i < samples.Length; i++) Assert.InRange(decoded[i], samples[i] - tolerance, samples[i] + tolerance);
    }

    private static LoadClip ClipOf(string text, byte fill, int samples) => new(text, text.Split(' '), [.. Enumerable.Repeat(fill, samples)], samples);

    private static FinalTranscript Final(string word, double middle) => new()
    {
        Text = word,
        Words = ImmutableArray.Create(new RecognizedWord { Text = word, Start = TimeSpan.FromSeconds(middle - 0.02), End = TimeSpan.FromSeconds(middle + 0.02), Confidence = 1 }),
    };
}
