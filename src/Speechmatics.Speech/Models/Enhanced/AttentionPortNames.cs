namespace Speechmatics.Speech.Models;

/// <summary>Names of the graphs' inputs and outputs that the package contract fixes, ready for binding. Lists hold key and value of layer 0, then of layer 1, and so on.</summary>
internal sealed class AttentionPortNames
{
    public AttentionPortNames(int layers)
    {
        Past = List(layers, "past_key", "past_value");
        Present = List(layers, "key", "value");
        Cross = List(layers, "cross_key", "cross_value");
    }

    public byte[] Mel { get; } = NativeOrt.PinName("mel");

    public byte[] Tokens { get; } = NativeOrt.PinName("tokens");

    public byte[] Logits { get; } = NativeOrt.PinName("logits");

    public byte[] Alignment { get; } = NativeOrt.PinName("alignment");

    public byte[][] Past { get; }

    public byte[][] Present { get; }

    public byte[][] Cross { get; }

    private static byte[][] List(int layers, string key, string value) =>
        [.. Enumerable.Range(0, layers).SelectMany(n => new[] { NativeOrt.PinName($"{key}_{n}"), NativeOrt.PinName($"{value}_{n}") })];
}
