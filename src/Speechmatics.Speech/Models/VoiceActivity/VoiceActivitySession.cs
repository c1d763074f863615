using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>The ONNX Runtime session of a voice activity package, shared by every thread's step and counted: the last holder frees it.</summary>
internal sealed class VoiceActivitySession
{
    private int _references = 1;

    private VoiceActivitySession(InferenceSession network, string file) => (Network, File) = (network, file);

    public InferenceSession Network { get; }

    public string File { get; }

    /// <exception cref="SpeechModelException">The file is no model, or not the one that the manifest describes.</exception>
    public static VoiceActivitySession Open(VoiceActivityPackage package, CancellationToken ct)
    {
        NativeOrt.EnsureLoaded();
        ct.ThrowIfCancellationRequested();
        var network = OnnxSessions.OpenFile(package.Network);
        try
        {
            const int Any = PortCheck.Any;
            var state = (typeof(float), new[] { package.Layout.StateLayers, Any, package.Layout.StateWidth });
            PortCheck.Check(
                package.Network,
                network,
                new() { [VoiceActivityPorts.Input] = (typeof(float), [Any, package.Layout.InputSamples]), [VoiceActivityPorts.State] = state, [VoiceActivityPorts.SampleRate] = (typeof(long), []) },
                new() { [VoiceActivityPorts.Output] = (typeof(float), [Any, 1]), [VoiceActivityPorts.NewState] = (typeof(float), [Any, Any, Any]) },
                "windowSamples, contextSamples, state.layers and state.width");
            return new VoiceActivitySession(network, package.Network.Path);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <exception cref="ObjectDisposedException">The model and all its steps have been disposed.</exception>
    public VoiceActivitySession AddReference()
    {
        for (var seen = Volatile.Read(ref _references); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen) return this;
            seen = before;
        }

        throw new ObjectDisposedException(nameof(VoiceActivityModel));
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) Network.Dispose();
    }
}
