using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>Compares the inputs and outputs of ONNX files with what the manifest asks for. Sizes the file leaves open (-1) are settled by the warm-up run.</summary>
internal static class PortCheck
{
    public const int Any = -1;

    public static void Encoder(ModelPackage package, InferenceSession session)
    {
        var (file, layout) = (package.Encoder, package.Layout);
        var inputs = new Dictionary<string, (Type, int[])>
        {
            [EncoderPorts.Mel] = (typeof(float), [Any, Any, layout.MelBins]),
            [EncoderPorts.Processed] = (typeof(long), [Any]),
        };
        var outputs = new Dictionary<string, (Type, int[])> { [EncoderPorts.Encoded] = (typeof(float), [Any, Any, layout.OutputWidth]) };
        foreach (var state in layout.States)
        {
            inputs[state.InputName] = (typeof(float), [Any, state.Heads, state.RingFrames, state.Width]);
            outputs[state.OutputName] = (typeof(float), [Any, state.Heads, Any, state.Width]);
        }

        Check(file, session, inputs, outputs, "features.bins, encoder.outputWidth and encoder.states");
    }

    public static void Predictor(ModelPackage package, InferenceSession session) => Check(
        package.Predictor,
        session,
        new() { [TransducerPorts.Tokens] = (typeof(long), [Any, package.Vocabulary.ContextTokens]) },
        new() { [TransducerPorts.Predicted] = (typeof(float), [Any, package.Layout.OutputWidth]) },
        "predictor.contextTokens and encoder.outputWidth");

    public static void Joiner(ModelPackage package, TransducerHead head, InferenceSession session)
    {
        var width = package.Layout.OutputWidth;
        Check(
            package.Joiners[head],
            session,
            new() { [TransducerPorts.Encoded] = (typeof(float), [Any, width]), [TransducerPorts.Predicted] = (typeof(float), [Any, width]) },
            new() { [TransducerPorts.Logits] = (typeof(float), [Any, TransducerPorts.LogitCount(package.Vocabulary, head)]) },
            head == TransducerHead.Tdt
                ? $"tokens ({package.Vocabulary.TokenCount}), durations ({package.Vocabulary.Durations.Length}) and encoder.outputWidth"
                : $"tokens ({package.Vocabulary.TokenCount}) and encoder.outputWidth");
    }

    internal static void Check(
        PackageFile file,
        InferenceSession session,
        Dictionary<string, (Type Type, int[] Shape)> inputs,
        Dictionary<string, (Type Type, int[] Shape)> outputs,
        string fields)
    {
        foreach (var (name, expected) in inputs)
            CheckOne(file, "input", name, session.InputMetadata, expected, fields);
        foreach (var (name, expected) in outputs)
            CheckOne(file, "output", name, session.OutputMetadata, expected, fields);
        foreach (var name in session.InputMetadata.Keys.Where(n => !inputs.ContainsKey(n)))
            throw new SpeechModelException($"{file.Path} has an input \"{name}\" that {ModelPackage.ManifestName} does not describe. Take all files from one package.", file.Path);
    }

    private static void CheckOne(
        PackageFile file, string kind, string name, IReadOnlyDictionary<string, NodeMetadata> ports, (Type Type, int[] Shape) expected, string fields)
    {
        if (!ports.TryGetValue(name, out var port))
            throw new SpeechModelException($"{file.Path} has no {kind} \"{name}\", which {ModelPackage.ManifestName} asks for ({fields}). It has {string.Join(", ", ports.Keys)}. "
                + "Take all files from one package.", file.Path);
        var fits = port.IsTensor && port.ElementType == expected.Type && port.Dimensions.Length == expected.Shape.Length
            && port.Dimensions.Zip(expected.Shape).All(d => d.First < 0 || d.Second < 0 || d.First == d.Second);
        if (!fits)
            throw new SpeechModelException($"{file.Path}: the {kind} \"{name}\" is {Describe(port.IsTensor ? port.ElementType : null, port.Dimensions)}, but {ModelPackage.ManifestName} "
                + $"({fields}) asks for {Describe(expected.Type, expected.Shape)}. Take all files from one package, or correct {ModelPackage.ManifestName}.", file.Path);
    }

    private static string Describe(Type? type, int[] shape)
    {
        var name = type == typeof(float) ? "float32" : type == typeof(long) ? "int64" : type?.Name ?? "no tensor";
        return $"{name} [{string.Join(", ", shape.Select(d => d < 0 ? "any" : $"{d}"))}]";
    }
}
