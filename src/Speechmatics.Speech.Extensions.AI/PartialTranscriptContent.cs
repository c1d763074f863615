using Microsoft.Extensions.AI;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>
/// Words that may still change. Not a <see cref="TextContent"/>: the helpers that join updates into one text would join every version of a sentence in the making.
/// </summary>
public sealed class PartialTranscriptContent : AIContent
{
    /// <summary>Wraps a partial.</summary>
    /// <param name="partial">The partial; also the content's raw representation.</param>
    public PartialTranscriptContent(PartialTranscript partial)
    {
        ArgumentNullException.ThrowIfNull(partial);
        Partial = partial;
        RawRepresentation = partial;
    }

    /// <summary>The words with their times and confidences.</summary>
    public PartialTranscript Partial { get; }

    /// <summary>The words, joined with single spaces. Replaces the text of the partial before it.</summary>
    public string Text => Partial.Text;
}
