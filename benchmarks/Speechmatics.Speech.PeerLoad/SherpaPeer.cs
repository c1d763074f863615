using System.Collections.Concurrent;
using System.Diagnostics;

namespace Speechmatics.Speech.PeerLoad;

/// <summary>
/// sherpa-onnx as its makers' documents would have it used for many streams: on each of some threads a recognizer of its own with one thread of ONNX Runtime, which takes its streams' packets and decodes those that are ready
/// together, <paramref name="batch"/> at most, the longest waiting first.
/// </summary>
internal sealed class SherpaPeer(string modelFolder, int threads, int batch) : ILivePeer
{
    private readonly Worker[] _workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker(modelFolder, batch))];

    public async Task SetStreamsAsync(int count)
    {
        for (var i = 0; i < _workers.Length; i++) await _workers[i].SetStreamsAsync((count + _workers.Length - 1 - i) / _workers.Length);
    }

    public void Write(int stream, float[] samples, long spoken) => _workers[stream % _workers.Length].Write(stream / _workers.Length, samples, spoken);

    public double[] TakeLags() => [.. _workers.SelectMany(worker => worker.TakeLags())];

    public long TakeWords() => _workers.Sum(worker => worker.TakeWords());

    public ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) worker.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Worker : IDisposable
    {
        private readonly int _batch;
        private readonly nint _recognizer;
        private readonly BlockingCollection<(int Stream, float[] Samples, long Spoken)> _packets = [];
        private readonly ConcurrentQueue<(int Count, TaskCompletionSource Done)> _resizes = new();
        private readonly ConcurrentQueue<double> _lags = new();
        private readonly List<nint> _streams = [];
        private readonly List<(int Stream, long Spoken)> _ready = [];
        private readonly Dictionary<int, string> _texts = [];
        private readonly Thread _thread;
        private long _words;

        public Worker(string modelFolder, int batch)
        {
            _batch = batch;
            _recognizer = SherpaLibrary.CreateRecognizer(modelFolder);
            _thread = new Thread(Run) { IsBackground = true, Name = "sherpa" };
            _thread.Start();
        }

        public Task SetStreamsAsync(int count)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _resizes.Enqueue((count, done));
            _packets.Add((-1, [], 0));
            return done.Task;
        }

        public void Write(int stream, float[] samples, long spoken) => _packets.Add((stream, samples, spoken));

        public double[] TakeLags()
        {
            var lags = new List<double>();
            while (_lags.TryDequeue(out var lag)) lags.Add(lag);
            return [.. lags];
        }

        public long TakeWords() => Interlocked.Exchange(ref _words, 0);

        public void Dispose()
        {
            _packets.CompleteAdding();
            _thread.Join();
            _packets.Dispose();
        }

        private void Run()
        {
            var handles = new nint[_batch];
            while (true)
            {
                // everything that has come; then a step of what is ready; when nothing is, the next packet
                while (_packets.TryTake(out var packet, _ready.Count > 0 ? 0 : Timeout.Infinite)) Take(packet.Stream, packet.Samples, packet.Spoken);
                if (_ready.Count == 0 && _packets.IsCompleted) break;

                var count = Math.Min(_batch, _ready.Count);
                if (count == 0) continue;
                for (var i = 0; i < count; i++) handles[i] = _streams[_ready[i].Stream];
                SherpaLibrary.Decode(_recognizer, handles.AsSpan(0, count));
                for (var i = 0; i < count; i++) Finish(_ready[i].Stream, handles[i], _ready[i].Spoken);
                var again = _ready.Take(count).Where(ready => SherpaLibrary.IsReady(_recognizer, _streams[ready.Stream])).ToList();
                _ready.RemoveRange(0, count);
                _ready.AddRange(again);
            }

            foreach (var stream in _streams) SherpaLibrary.DestroyStream(stream);
            SherpaLibrary.DestroyRecognizer(_recognizer);
        }

        private void Take(int stream, float[] samples, long spoken)
        {
            if (stream < 0)
            {
                Resize();
                return;
            }

            if (stream >= _streams.Count) return;
            var handle = _streams[stream];
            SherpaLibrary.Accept(handle, samples);
            if (SherpaLibrary.IsReady(_recognizer, handle) && !_ready.Exists(ready => ready.Stream == stream)) _ready.Add((stream, spoken));
        }

        private void Finish(int stream, nint handle, long spoken)
        {
            var text = SherpaLibrary.Text(_recognizer, handle);
            _lags.Enqueue(Stopwatch.GetElapsedTime(spoken).TotalMilliseconds);
            _texts[stream] = text;
            if (!SherpaLibrary.IsEndpoint(_recognizer, handle)) return;
            Interlocked.Add(ref _words, text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
            SherpaLibrary.Reset(_recognizer, handle);
        }

        private void Resize()
        {
            while (_resizes.TryDequeue(out var resize))
            {
                // streams begin anew for each stage: no stage inherits another's backlog
                foreach (var stream in _streams) SherpaLibrary.DestroyStream(stream);
                _streams.Clear();
                _ready.Clear();
                for (var i = 0; i < resize.Count; i++) _streams.Add(SherpaLibrary.CreateStream(_recognizer));
                resize.Done.SetResult();
            }
        }
    }
}
