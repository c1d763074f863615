namespace Speechmatics.Speech.Tests;

public class RepositoryTests
{
    [Fact]
    public void The_checkout_carries_the_model_and_thirty_clips()
    {
        Assert.True(File.Exists(Path.Combine(Repository.EnglishModel, "model.json")));
        Assert.Equal(30, Directory.GetFiles(Repository.SampleAudio, "*.wav").Length);
    }
}
