using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Speechmatics.Speech.Models;

/// <summary>
/// Binds memory to a model's inputs and outputs through ONNX Runtime's C interface. The managed <c>BindInput</c> allocates an <c>OrtValue</c> and a name for each call; the
/// encoder's state has another address in every step, so that would be garbage in every step. Here a native value is made, bound (the binding keeps its own
/// reference) and released, without managed allocation. Thread-safe.
/// </summary>
/// <remarks>
/// The function table only ever grows at its end, so the indexes below hold for every version from 1.3 on: they are the places of the functions in
/// <c>struct OrtApi</c> of <c>onnxruntime_c_api.h</c>.
/// </remarks>
internal static unsafe class NativeOrt
{
    private const int GetErrorMessage = 2;
    private const int CreateTensorWithDataAsOrtValue = 49;
    private const int CreateCpuMemoryInfo = 69;
    private const int ReleaseStatus = 93;
    private const int ReleaseValue = 96;
    private const int BindInput = 136;
    private const int BindOutput = 137;

    private const uint ApiVersion = 14;
    private const int DeviceAllocator = 0;
    private const int DefaultMemoryType = 0;

    private static readonly Lazy<Table> Api = new(Load);

    /// <summary>Finds the native library; throws early where it is absent.</summary>
    /// <exception cref="SpeechModelException">The application references no native ONNX Runtime package for this platform.</exception>
    public static void EnsureLoaded() => _ = Api.Value;

    /// <summary>A name for <see cref="Bind{T}"/>: UTF-8 with a final zero, in memory that does not move.</summary>
    public static byte[] PinName(string name)
    {
        var bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(name) + 1, pinned: true);
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    /// <summary>Binds <paramref name="data"/>, which must stay in place until the binding has run for the last time or the name is bound again.</summary>
    public static void Bind<T>(OrtIoBinding binding, byte[] pinnedName, T* data, ReadOnlySpan<long> shape, bool output)
        where T : unmanaged
    {
        var api = Api.Value;
        var bytes = (nuint)sizeof(T);
        foreach (var size in shape)
            bytes *= (nuint)size;
        nint value;
        fixed (long* shapePointer = shape)
        {
            Check(api, ((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)api.Functions[CreateTensorWithDataAsOrtValue])(
                api.CpuMemory, data, bytes, shapePointer, (nuint)shape.Length, (int)ElementType<T>(), &value));
        }

        nint status;
        fixed (byte* name = pinnedName)
        {
            status = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, nint>)api.Functions[output ? BindOutput : BindInput])(binding.DangerousGetHandle(), name, value);
        }

        GC.KeepAlive(binding);
        ((delegate* unmanaged[Cdecl]<nint, void>)api.Functions[ReleaseValue])(value);
        Check(api, status);
    }

    private static TensorElementType ElementType<T>() =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(long) ? TensorElementType.Int64
        : throw new NotSupportedException(typeof(T).Name);

    private static void Check(Table api, nint status)
    {
        if (status == 0)
            return;
        var message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<nint, byte*>)api.Functions[GetErrorMessage])(status));
        ((delegate* unmanaged[Cdecl]<nint, void>)api.Functions[ReleaseStatus])(status);
        throw new SpeechModelException($"ONNX Runtime could not bind a tensor: {message}");
    }

    private static Table Load()
    {
        try
        {
            // loads the native library by the managed package's own rules; what follows finds the same copy
            OrtEnv.Instance();
            var library = FindLibrary();
            var apiBase = ((delegate* unmanaged[Cdecl]<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
            var functions = ((delegate* unmanaged[Cdecl]<uint, nint*>)apiBase[0])(ApiVersion);
            if (functions is null)
                throw new DllNotFoundException($"its interface version {ApiVersion} is not supported by the library found");
            var table = new Table { Functions = functions };
            nint memory;
            Check(table, ((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)functions[CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemoryType, &memory));
            table.CpuMemory = memory;
            return table;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            var cause = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
            throw new SpeechModelException("The native ONNX Runtime library cannot be loaded: reference the package Microsoft.ML.OnnxRuntime (or another native "
                + $"ONNX Runtime package for this platform) from the application. ({cause.Message})", null, e);
        }
    }

    private static nint FindLibrary()
    {
        // by the managed package's probing first; then by the names under which a library that is already loaded is found again
        if (NativeLibrary.TryLoad("onnxruntime", typeof(InferenceSession).Assembly, null, out var library))
            return library;
        string[] names = OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() ? ["libonnxruntime.dylib", "@rpath/libonnxruntime.1.dylib"]
            : ["libonnxruntime.so.1", "libonnxruntime.so"];
        foreach (var name in names)
            if (NativeLibrary.TryLoad(name, out library))
                return library;
        foreach (var name in names)
            if (NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", name), out library))
                return library;
        throw new DllNotFoundException("onnxruntime was loaded but not found again by its name");
    }

    private sealed class Table
    {
        public nint* Functions;
        public nint CpuMemory;
    }
}
