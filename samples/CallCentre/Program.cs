// A call centre in one process: many telephone calls (8 kHz µ-law, 20 ms packets) on one pool, at the pace of speech.
// dotnet run -c Release --project samples/CallCentre -- 200 30     (calls, seconds)
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Sessions;

var calls = args.Length > 0 ? int.Parse(args[0], null) : 50;
var time = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], null) : 20);
const int PacketBytes = 160;

await using var model = await SpeechModel.LoadAsync(EnglishModel.Path);
await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = calls });
var packets = MuLawOf(Directory.GetFiles(Path.Combine("samples", "audio"), "orders-*.wav").Order());
var (finals, words, dropped) = (0, 0, TimeSpan.Zero);

var running = Task.WhenAll(Enumerable.Range(0, calls).Select(CallAsync));
while (!running.IsCompleted)
{
    await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(2)));
    var status = pool.GetStatus();
    Console.WriteLine($"{status.ActiveSessions,5} calls  utilisation {status.Utilisation,4:P0}  chunk {status.Chunk.TotalMilliseconds,5:0} ms  {status.AudioRecognized.TotalSeconds,7:0} s recognised  {words,6} words");
}

await running;
Console.WriteLine($"{finals} finals, {words} words, {dropped.TotalSeconds:0.0} s of audio dropped");

async Task CallAsync(int call)
{
    // a call cannot wait: where the pool is too slow it loses its oldest audio, and says so
    await using var session = await pool.OpenAsync(new SessionOptions { SampleRate = 8000, Encoding = AudioEncoding.MuLaw, Overrun = OverrunPolicy.DropOldest });
    var writing = WriteAsync();
    await foreach (var speechEvent in session.ReadEventsAsync())
    {
        if (speechEvent is FinalTranscript final)
        {
            Interlocked.Increment(ref finals);
            Interlocked.Add(ref words, final.Words.Length);
        }

        if (speechEvent is SessionNotice { Kind: SessionNoticeKind.AudioDropped } notice) lock (pool) dropped += notice.Dropped;
    }

    await writing;

    async Task WriteAsync()
    {
        var packet = TimeSpan.FromMilliseconds(20);
        using var timer = new PeriodicTimer(packet);
        var at = call * 7919 % (packets.Length - PacketBytes);
        for (var sent = TimeSpan.Zero; sent < time; sent += packet)
        {
            await timer.WaitForNextTickAsync();
            session.TryWrite(packets.AsSpan(at, PacketBytes));
            at = (at + PacketBytes) % (packets.Length - PacketBytes);
        }

        session.Complete();
    }
}

// the recordings one after the other, as a telephone line would carry them
static byte[] MuLawOf(IEnumerable<string> files)
{
    var line = new List<byte>();
    foreach (var file in files)
    {
        var pcm = File.ReadAllBytes(file).AsSpan(44);
        // the mean of two samples is a plain low-pass for the half rate
        for (var i = 0; i + 3 < pcm.Length; i += 4) line.Add(MuLaw((BitConverter.ToInt16(pcm[i..]) + BitConverter.ToInt16(pcm[(i + 2)..])) / 2));
    }

    return [.. line];
}

// ITU-T G.711
static byte MuLaw(int sample)
{
    var magnitude = Math.Min(Math.Abs(sample), 32635) + 132;
    var exponent = int.Log2(magnitude) - 7;
    return (byte)~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F));
}
