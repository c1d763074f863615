namespace Speechmatics.Speech.Benchmarks;

/// <summary>The operations whose allocated bytes are held to <c>benchmarks/allocations.json</c>. Add to the list, then run the gate with <c>--update</c>.</summary>
internal static class AllocationCases
{
    // AllocationCase.OnCaller("Layer.Operation", async owned =>
    // {
    //     var model = owned.Add(await SpeechModel.LoadAsync(EnglishModel.Path));
    //     return () => model.OneOperationInSteadyState();
    // }),
    public static readonly AllocationCase[] All =
    [
    ];
}
