using System.Text.RegularExpressions;

namespace Speechmatics.Speech.Tests;

/// <summary>What the README shows is what samples/Snippets compiles.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Every_code_block_is_a_compiled_snippet()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        var snippets = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Snippets", "ReadmeSnippets.cs")).ReplaceLineEndings("\n");
        var blocks = Block().Matches(readme);
        Assert.Equal(4, blocks.Count);
        Assert.Equal(blocks.Count, Regex.Count(readme, "```csharp"));
        foreach (Match block in blocks)
        {
            var region = Regex.Match(snippets, $@"#region {block.Groups["name"].Value}\n(?<code>.*?)\n *#endregion", RegexOptions.Singleline);
            Assert.True(region.Success, $"no region {block.Groups["name"].Value}");
            var compiled = string.Join('\n', region.Groups["code"].Value.Split('\n').Select(line => line.Length >= 8 ? line[8..] : line));
            Assert.Equal(compiled, block.Groups["code"].Value);
        }
    }

    [GeneratedRegex(@"<!-- snippet: (?<name>\w+) -->\n```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
