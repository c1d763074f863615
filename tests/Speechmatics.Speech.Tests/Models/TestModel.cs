using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

/// <summary>The default model, loaded once for the whole test run.</summary>
internal static class TestModel
{
    private static readonly Lazy<Task<SpeechModel>> Loading = new(() => SpeechModel.LoadAsync(Repository.EnglishModel));

    public static Task<SpeechModel> English => Loading.Value;
}
