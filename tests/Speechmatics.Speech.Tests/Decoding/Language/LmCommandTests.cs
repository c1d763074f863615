using Speechmatics.Speech.Cli.Commands;
using Speechmatics.Speech.Decoding.Language;

namespace Speechmatics.Speech.Tests.Decoding.Language;

public class LmCommandTests
{
    [Theory]
    [InlineData("--order", "9")]
    [InlineData("--bits", "1")]
    [InlineData("--prune", "much")]
    [InlineData("--held-out", "0")]
    [InlineData("--minimum-counts", "1,x")]
    [InlineData("--arpa", "no/such/folder/a.arpa")]
    public void What_cannot_be_is_refused_before_the_work_begins(string option, string value)
    {
        var parsed = LmCommand.Create(TextWriter.Null).Parse(["build", "text.txt", "-o", "a.bin", option, value]);
        Assert.Contains(value, Assert.Single(parsed.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_built_from_text_compiled_from_its_ARPA_form_and_evaluated()
    {
        var folder = Directory.CreateTempSubdirectory("lm").FullName;
        try
        {
            var (text, arpa, built, compiled) = (Path.Combine(folder, "a.txt"), Path.Combine(folder, "a.arpa"), Path.Combine(folder, "a.bin"), Path.Combine(folder, "b.bin"));
            var tokens = Path.Combine(Repository.EnglishModel, "tokens.txt");
            await File.WriteAllLinesAsync(text, Enumerable.Repeat("the cat sat on the mat", 20).Append("quite 4 others"));
            var output = new StringWriter();
            var command = LmCommand.Create(output);
            Assert.Equal(0, await command.Parse(["build", text, "--tokens", tokens, "--order", "4", "--held-out", "5", "--arpa", arpa, "-o", built]).InvokeAsync());
            Assert.Equal(0, await command.Parse(["compile", arpa, "--tokens", tokens, "-o", compiled]).InvokeAsync());
            Assert.Equal(LanguageModel.Load(built).NGramCounts, LanguageModel.Load(compiled).NGramCounts);
            Assert.Equal(0, await command.Parse(["evaluate", compiled, text, "--tokens", tokens]).InvokeAsync());
            Assert.Contains("1 lines left out", output.ToString());
            Assert.Contains("perplexity", output.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
