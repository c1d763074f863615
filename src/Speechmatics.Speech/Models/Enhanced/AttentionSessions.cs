using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>The ONNX Runtime sessions of an attention package, shared by every thread's network and counted: the last holder frees them.</summary>
internal sealed class AttentionSessions
{
    private int _references = 1;

    private AttentionSessions(AttentionPackage package, InferenceSession encoder, InferenceSession decoder) =>
        (Encoder, Decoder, EncoderFile, DecoderFile) = (encoder, decoder, package.Encoder.Path, package.Decoder.Path);

    public InferenceSession Encoder { get; }

    public InferenceSession Decoder { get; }

    public string EncoderFile { get; }

    public string DecoderFile { get; }

    /// <exception cref="SpeechModelException">A file is no model, or not the one that the manifest describes.</exception>
    public static AttentionSessions Open(AttentionPackage package, CancellationToken ct)
    {
        NativeOrt.EnsureLoaded();
        ct.ThrowIfCancellationRequested();
        var encoder = OnnxSessions.OpenFile(package.Encoder, fixedShapes: false);
        InferenceSession? decoder = null;
        try
        {
            ct.ThrowIfCancellationRequested();
            decoder = OnnxSessions.OpenFile(package.Decoder, fixedShapes: false);
            CheckPorts(package, encoder, decoder);
            return new AttentionSessions(package, encoder, decoder);
        }
        catch
        {
            encoder.Dispose();
            decoder?.Dispose();
            throw;
        }
    }

    /// <exception cref="ObjectDisposedException">The model and all its networks have been disposed.</exception>
    public AttentionSessions AddReference()
    {
        for (var seen = Volatile.Read(ref _references); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen) return this;
            seen = before;
        }

        throw new ObjectDisposedException(nameof(EnhancedSpeechModel));
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0) return;
        Encoder.Dispose();
        Decoder.Dispose();
    }

    private static void CheckPorts(AttentionPackage package, InferenceSession encoder, InferenceSession decoder)
    {
        const int Any = PortCheck.Any;
        var layout = package.Layout;
        var keys = (typeof(float), new[] { Any, layout.Heads, Any, layout.Width });
        var encoderOutputs = new Dictionary<string, (Type, int[])>();
        var decoderInputs = new Dictionary<string, (Type, int[])> { ["tokens"] = (typeof(long), [Any, Any]) };
        var decoderOutputs = new Dictionary<string, (Type, int[])>
        {
            ["logits"] = (typeof(float), [Any, layout.Vocabulary]),
            ["alignment"] = (typeof(float), [Any, layout.AlignmentHeads, Any, Any]),
        };
        for (var n = 0; n < layout.Layers; n++)
        {
            foreach (var part in (ReadOnlySpan<string>)["key", "value"])
            {
                encoderOutputs[$"cross_{part}_{n}"] = decoderInputs[$"cross_{part}_{n}"] = decoderInputs[$"past_{part}_{n}"] = decoderOutputs[$"{part}_{n}"] = keys;
            }
        }

        const string Fields = "decoder.layers, decoder.heads, decoder.width";
        PortCheck.Check(package.Encoder, encoder, new() { ["mel"] = (typeof(float), [Any, Any, layout.MelBins]) }, encoderOutputs, $"features.bins, {Fields}");
        PortCheck.Check(package.Decoder, decoder, decoderInputs, decoderOutputs, $"vocabulary, decoder.alignmentHeads, {Fields}");
    }
}
