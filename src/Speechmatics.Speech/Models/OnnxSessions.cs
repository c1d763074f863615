using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>
/// The ONNX Runtime sessions of one package, shared by every thread's steps: ONNX Runtime allows concurrent runs of a session. Counted, so that a model may
/// be disposed while steps still run: the last holder frees them.
/// </summary>
internal sealed class OnnxSessions
{
    private readonly Dictionary<TransducerHead, InferenceSession> _joiners = [];
    private int _references = 1;

    private OnnxSessions(InferenceSession encoder, InferenceSession predictor)
    {
        Encoder = encoder;
        Predictor = predictor;
    }

    public InferenceSession Encoder { get; }

    public InferenceSession Predictor { get; }

    public InferenceSession Joiner(TransducerHead head) => _joiners[head];

    /// <exception cref="SpeechModelException">A file is no model, or not the one that the manifest describes.</exception>
    public static OnnxSessions Open(ModelPackage package, CancellationToken ct)
    {
        NativeOrt.EnsureLoaded();
        var opened = new List<InferenceSession>();
        try
        {
            InferenceSession Open(PackageFile file)
            {
                ct.ThrowIfCancellationRequested();
                var session = OpenFile(file);
                opened.Add(session);
                return session;
            }

            var sessions = new OnnxSessions(Open(package.Encoder), Open(package.Predictor));
            PortCheck.Encoder(package, sessions.Encoder);
            PortCheck.Predictor(package, sessions.Predictor);
            foreach (var (head, file) in package.Joiners)
            {
                sessions._joiners[head] = Open(file);
                PortCheck.Joiner(package, head, sessions._joiners[head]);
            }

            return sessions;
        }
        catch
        {
            opened.ForEach(s => s.Dispose());
            throw;
        }
    }

    /// <exception cref="ObjectDisposedException">The model and all its steps have been disposed.</exception>
    public OnnxSessions AddReference()
    {
        for (var seen = Volatile.Read(ref _references); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
                return this;
            seen = before;
        }

        throw new ObjectDisposedException(nameof(SpeechModel));
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        Encoder.Dispose();
        Predictor.Dispose();
        foreach (var joiner in _joiners.Values)
            joiner.Dispose();
    }

    /// <param name="file">The ONNX file.</param>
    /// <param name="fixedShapes">False for graphs whose every run has other shapes: ONNX Runtime would keep a memory plan for each.</param>
    internal static InferenceSession OpenFile(PackageFile file, bool fixedShapes = true)
    {
        // one thread for each run: the pool runs as many steps at once as there are cores, and a thread of ours must not wait for another's
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = fixedShapes,

            // the native library would print errors on the console; they are in the exceptions
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        try
        {
            return new InferenceSession(file.Path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{file.Path} cannot be opened as an ONNX model; it may be truncated. Copy the whole model folder again. (ONNX Runtime: {e.Message})", file.Path, e);
        }
    }
}
