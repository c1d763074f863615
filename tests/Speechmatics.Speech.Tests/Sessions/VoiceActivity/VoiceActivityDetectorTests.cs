using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Beginnings and ends of speech from probabilities: windows of 32 ms, here one digit each, 5 for 0.5.</summary>
public class VoiceActivityDetectorTests
{
    [Theory]
    [InlineData("0000000000", "")]
    [InlineData("0099999999990000000", "+64 -384")]
    [InlineData("9999999999", "+0 -320")] // to the end of the audio
    [InlineData("0999999900000", "")] // 224 ms are too short
    [InlineData("0999999990000", "+32 -288")] // 256 ms are not
    [InlineData("0099999900999999990000", "+64 -576")] // 64 ms of silence do not end speech
    [InlineData("00999999990009999999900000", "+64 -672")] // nor do 96 ms
    [InlineData("009999999900009999999900000", "+64 -320 +448 -704")] // 128 ms do
    [InlineData("0044444444444400000", "")] // between the thresholds nothing begins
    [InlineData("0099999999444444440000", "+64 -576")] // nor ends
    [InlineData("0099999999300000000000", "+64 -320")] // silence is counted from the first quiet window
    [InlineData("0099999999393930000000", "+64 -448")]
    public void Speech_begins_and_ends_where_the_thresholds_and_least_lengths_say(string windows, string expected)
    {
        Assert.Equal(expected, Detect(windows, new VoiceActivityOptions { Padding = TimeSpan.Zero }));
    }

    [Fact]
    public void Padding_widens_speech_without_overlap()
    {
        var options = new VoiceActivityOptions { Padding = TimeSpan.FromMilliseconds(100), MinSilence = TimeSpan.FromMilliseconds(128) };
        Assert.Equal("+0 -420 +420 -804", Detect("0099999999000099999999000000", options));
    }

    [Fact]
    public void Without_least_lengths_every_window_counts()
    {
        var options = new VoiceActivityOptions { Padding = TimeSpan.Zero, MinSilence = TimeSpan.Zero, MinSpeech = TimeSpan.Zero };
        Assert.Equal("+32 -64 +96 -128", Detect("09090", options));
    }

    [Fact]
    public void A_saved_detector_goes_on_where_it_was()
    {
        const string Windows = "00999999990000999999990000099999999999";
        var whole = Detect(Windows, new VoiceActivityOptions());
        for (var cut = 0; cut < Windows.Length; cut++) Assert.Equal(whole, Detect(Windows, new VoiceActivityOptions(), cut));
    }

    private static string Detect(string windows, VoiceActivityOptions options, int saveAt = -1)
    {
        const int Samples = 512;
        var detector = new VoiceActivityDetector(options, 16000, Samples);
        var events = new List<SpeechEvent>();
        for (var i = 0; i < windows.Length; i++)
        {
            if (i == saveAt)
            {
                var bytes = new MemoryStream();
                detector.Save(new BinaryWriter(bytes));
                detector = new VoiceActivityDetector(options, 16000, Samples);
                detector.Load(new BinaryReader(new MemoryStream(bytes.ToArray())));
            }

            detector.Add((long)i * Samples, (windows[i] - '0') / 10f, events);
        }

        detector.Finish((long)windows.Length * Samples, events);
        return string.Join(' ', events.Select(e => e is SpeechStarted s ? $"+{s.Time.TotalMilliseconds}" : $"-{((SpeechEnded)e).Time.TotalMilliseconds}"));
    }
}
