using System.Diagnostics;

namespace Speechmatics.Speech.PeerLoad;

/// <summary>Plays recordings into many streams at the speed of speech, in packets of 20 ms, and finds how many an engine holds.</summary>
internal sealed class LiveLoad(ILivePeer peer, float[][] recordings, TimeSpan stage, double limitMilliseconds)
{
    private const int PacketSamples = 320;

    /// <summary>What both engines take at a time: 640 ms.</summary>
    private const int ChunkSamples = 10240;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, (int Recording, int At)> _places = [];

    /// <summary>Doubles the streams until the lag's 99th percentile passes the limit, then halves the gap to a twentieth. Returns the largest number that held.</summary>
    public async Task<int> FindCapacityAsync(int first)
    {
        var (held, failed) = (0, 0);
        for (var streams = first; failed == 0; streams *= 2)
        {
            if (await HoldsAsync(streams)) held = streams;
            else failed = streams;
        }

        while (failed - held > Math.Max(1, failed / 20))
        {
            var middle = (held + failed) / 2;
            if (await HoldsAsync(middle)) held = middle;
            else failed = middle;
        }

        return held;
    }

    /// <summary>Runs one stage, prints its row, and says whether it held.</summary>
    public async Task<bool> HoldsAsync(int streams)
    {
        await peer.SetStreamsAsync(streams);

        // callers do not begin at one moment: a silence of its own length first, so that the streams' chunks come due one after another
        for (var stream = 0; stream < streams; stream++) peer.Write(stream, new float[Math.Max(1, ChunkSamples * stream / streams)], Stopwatch.GetTimestamp());
        var process = Process.GetCurrentProcess();
        await Task.Factory.StartNew(() => Play(streams, WarmUp), TaskCreationOptions.LongRunning);
        peer.TakeLags();
        peer.TakeWords();
        var (processor, start) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Factory.StartNew(() => Play(streams, stage), TaskCreationOptions.LongRunning);
        process.Refresh();
        var busy = (process.TotalProcessorTime - processor) / Stopwatch.GetElapsedTime(start) / Environment.ProcessorCount;
        var lags = peer.TakeLags().Order().ToArray();
        var words = peer.TakeWords();
        var p99 = lags.Length == 0 ? double.PositiveInfinity : At(lags, 0.99);
        Console.WriteLine($"| {streams} | {At(lags, 0.5):0} | {At(lags, 0.95):0} | {p99:0} | {lags.Length} | {words} | {busy:P0} | {process.WorkingSet64 / 1e6:0} MB |");
        await peer.SetStreamsAsync(0);
        return p99 <= limitMilliseconds && words > 0;
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)((sorted.Length - 1) * share)];

    private void Play(int streams, TimeSpan duration)
    {
        var packetTicks = PacketSamples * Stopwatch.Frequency / 16000;
        var start = Stopwatch.GetTimestamp();
        var packets = (long)(duration.TotalSeconds * 16000 / PacketSamples);
        for (long tick = 0; tick < packets * streams; tick++)
        {
            // streams speak one after another, spread evenly over a packet's length
            var (packet, stream) = (tick / streams, (int)(tick % streams));
            var due = start + ((packet + 1) * packetTicks) + (packetTicks * stream / streams);
            while (Stopwatch.GetTimestamp() < due - (Stopwatch.Frequency / 1000)) Thread.Sleep(1);
            peer.Write(stream, Next(stream), due);
        }
    }

    private float[] Next(int stream)
    {
        var (recording, at) = _places.TryGetValue(stream, out var place) ? place : (stream % recordings.Length, stream * 7919 % 16000);
        var samples = new float[PacketSamples];
        for (var done = 0; done < PacketSamples;)
        {
            var source = recordings[recording].AsSpan(Math.Min(at, recordings[recording].Length));
            var take = Math.Min(source.Length, PacketSamples - done);
            source[..take].CopyTo(samples.AsSpan(done));
            (done, at) = (done + take, at + take);
            if (done < PacketSamples) (recording, at) = ((recording + 1) % recordings.Length, 0);
        }

        _places[stream] = (recording, at);
        return samples;
    }
}
