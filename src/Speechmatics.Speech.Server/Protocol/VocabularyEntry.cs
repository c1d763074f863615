namespace Speechmatics.Speech.Server.Protocol;

/// <summary>An entry of <c>additional_vocab</c>.</summary>
internal sealed record VocabularyEntry(string Content, IReadOnlyList<string> SoundsLike);
