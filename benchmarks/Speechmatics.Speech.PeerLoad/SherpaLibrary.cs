using System.Runtime.InteropServices;
using System.Text;

namespace Speechmatics.Speech.PeerLoad;

/// <summary>
/// The streaming part of sherpa-onnx's C interface, version 1.13.8 (libsherpa-onnx-c-api.so with its libonnxruntime.so beside it). Its structures are written at the offsets of that version's header.
/// </summary>
internal static unsafe class SherpaLibrary
{
    private const int ConfigBytes = 272;
    private const int EncoderAt = 8;
    private const int DecoderAt = 16;
    private const int JoinerAt = 24;
    private const int TokensAt = 56;
    private const int ThreadsAt = 64;
    private const int ProviderAt = 72;
    private const int MethodAt = 144;
    private const int EndpointAt = 156;
    private const int ResultTextAt = 0;

    private static nint _library;
    private static delegate* unmanaged[Cdecl]<nint, nint, int> _isReady;
    private static delegate* unmanaged[Cdecl]<nint, nint*, int, void> _decode;
    private static delegate* unmanaged[Cdecl]<nint, int, float*, int, void> _accept;
    private static delegate* unmanaged[Cdecl]<nint, nint, nint> _result;
    private static delegate* unmanaged[Cdecl]<nint, void> _destroyResult;
    private static delegate* unmanaged[Cdecl]<nint, nint, int> _isEndpoint;
    private static delegate* unmanaged[Cdecl]<nint, nint, void> _reset;

    public static string Load(string folder)
    {
        NativeLibrary.Load(Path.Combine(folder, "libonnxruntime.so"));
        _library = NativeLibrary.Load(Path.Combine(folder, "libsherpa-onnx-c-api.so"));
        _isReady = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("IsOnlineStreamReady");
        _decode = (delegate* unmanaged[Cdecl]<nint, nint*, int, void>)Export("DecodeMultipleOnlineStreams");
        _accept = (delegate* unmanaged[Cdecl]<nint, int, float*, int, void>)Export("OnlineStreamAcceptWaveform");
        _result = (delegate* unmanaged[Cdecl]<nint, nint, nint>)Export("GetOnlineStreamResult");
        _destroyResult = (delegate* unmanaged[Cdecl]<nint, void>)Export("DestroyOnlineRecognizerResult");
        _isEndpoint = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("OnlineStreamIsEndpoint");
        _reset = (delegate* unmanaged[Cdecl]<nint, nint, void>)Export("OnlineStreamReset");
        return Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)Export("GetVersionStr"))()) ?? "";
    }

    /// <summary>A greedy recognizer of a NeMo streaming transducer, with one thread, endpoints on.</summary>
    public static nint CreateRecognizer(string modelFolder)
    {
        var config = (byte*)NativeMemory.AllocZeroed(ConfigBytes);
        try
        {
            *(int*)config = 16000;
            *(int*)(config + 4) = 80;
            Text(config + EncoderAt, Path.Combine(modelFolder, "encoder.onnx"));
            Text(config + DecoderAt, Path.Combine(modelFolder, "decoder.onnx"));
            Text(config + JoinerAt, Path.Combine(modelFolder, "joiner.onnx"));
            Text(config + TokensAt, Path.Combine(modelFolder, "tokens.txt"));
            *(int*)(config + ThreadsAt) = 1;
            Text(config + ProviderAt, "cpu");
            Text(config + MethodAt, "greedy_search");
            *(int*)(config + EndpointAt) = 1;
            var recognizer = ((delegate* unmanaged[Cdecl]<void*, nint>)Export("CreateOnlineRecognizer"))(config);
            return recognizer != 0 ? recognizer : throw new InvalidDataException($"sherpa-onnx cannot use the model in {modelFolder}.");
        }
        finally
        {
            NativeMemory.Free(config);
        }
    }

    public static nint CreateStream(nint recognizer) => ((delegate* unmanaged[Cdecl]<nint, nint>)Export("CreateOnlineStream"))(recognizer);

    public static void DestroyStream(nint stream) => ((delegate* unmanaged[Cdecl]<nint, void>)Export("DestroyOnlineStream"))(stream);

    public static void DestroyRecognizer(nint recognizer) => ((delegate* unmanaged[Cdecl]<nint, void>)Export("DestroyOnlineRecognizer"))(recognizer);

    public static bool IsReady(nint recognizer, nint stream) => _isReady(recognizer, stream) != 0;

    public static void Accept(nint stream, ReadOnlySpan<float> samples)
    {
        fixed (float* first = samples) _accept(stream, 16000, first, samples.Length);
    }

    public static void Decode(nint recognizer, ReadOnlySpan<nint> streams)
    {
        fixed (nint* first = streams) _decode(recognizer, first, streams.Length);
    }

    /// <summary>The words so far, as a user would take them for a partial.</summary>
    public static string Text(nint recognizer, nint stream)
    {
        var result = _result(recognizer, stream);
        var text = Marshal.PtrToStringUTF8(*(nint*)(result + ResultTextAt)) ?? "";
        _destroyResult(result);
        return text;
    }

    public static bool IsEndpoint(nint recognizer, nint stream) => _isEndpoint(recognizer, stream) != 0;

    public static void Reset(nint recognizer, nint stream) => _reset(recognizer, stream);

    private static nint Export(string name) => NativeLibrary.GetExport(_library, "SherpaOnnx" + name);

    // a few hundred bytes for the life of the process: the library may keep the pointers
    private static void Text(byte* field, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var copy = NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        *(void**)field = copy;
    }
}
