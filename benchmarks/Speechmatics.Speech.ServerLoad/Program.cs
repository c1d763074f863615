// Callers of a speech server in another process: steady (many at the pace of speech, beside the same in this process), burst (many connects within a second), finals (time to the final segment after a forced end), cost (of one
// audio message), all (everything, one table after the other). Each starts the server itself, unless --url names one that runs.
// dotnet build -c Release src/Speechmatics.Speech.Server.Host && dotnet run -c Release --project benchmarks/Speechmatics.Speech.ServerLoad -- all
using System.CommandLine;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.ServerLoad;
using Speechmatics.Speech.Sessions;

var url = new Option<string?>("--url") { Description = "A server that runs, such as ws://127.0.0.1:9000/v2; without it one is started." };
var program = new Option<string>("--server") { Description = "The server's program to start.", DefaultValueFactory = _ => Path.Combine("artifacts", "bin", "Speechmatics.Speech.Server.Host", "release", "speech-server.dll") };
var model = new Option<string>("--model") { Description = "The model of the comparison within this process.", DefaultValueFactory = _ => Path.Combine("models", "en-standard") };
var key = new Option<string?>("--key") { Description = "A key, where the server asks for one." };
var point = new Option<string>("--operating-point") { Description = "standard or enhanced; within this process it is always standard.", DefaultValueFactory = _ => "standard" };
var audio = new Option<DirectoryInfo>("--audio") { Description = "A folder of 16 kHz mono PCM16 WAV files.", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("samples", "audio")) };
var clients = new Option<int>("--clients") { Description = "Callers at once.", DefaultValueFactory = _ => 300 };
var connects = new Option<int>("--connects") { Description = "Connects within a second.", DefaultValueFactory = _ => 1000 };
var seconds = new Option<int>("--seconds") { Description = "How long each caller speaks.", DefaultValueFactory = _ => 60 };
var clips = new Option<int>("--clips") { Description = "Clips to measure, over all sessions.", DefaultValueFactory = _ => 200 };
var sessions = new Option<int[]>("--sessions") { Description = "Numbers of sessions to measure at.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 100, 300] };
var messageMs = new Option<int>("--message-ms") { Description = "Audio in one message: about 100 ms is what the published clients send; voice agents send 20.", DefaultValueFactory = _ => 100 };

var steady = Measurement("steady", "Many callers at the pace of speech: lag of partials and finals, and whether anything was dropped; first within this process, then over WebSockets.", [clients, seconds, model], SteadyAsync);
var burst = Measurement("burst", "Many connects within a second: each gets RecognitionStarted or a clean quota error.", [connects], BurstAsync);
var finals = Measurement("finals", "From the last speech sample sent to the final received after ForceEndOfUtterance.", [clips, sessions, messageMs], FinalsAsync);
var cost = Measurement("cost", "What one audio message of silence costs the server.", [clients, seconds], CostAsync);
var all = Measurement("all", "Everything, one table after the other.", [clients, seconds, model, connects, clips, sessions, messageMs], async (parsed, target, ct) =>
{
    var worst = await SteadyAsync(parsed, target, ct);
    worst |= await BurstAsync(parsed, target, ct);
    worst |= await FinalsAsync(parsed, target, ct);
    return worst | await CostAsync(parsed, target, ct);
});

return await new RootCommand("Load for a speech server, over WebSockets, from a process of its own.") { all, steady, burst, finals, cost }.Parse(args).InvokeAsync();

Command Measurement(string name, string description, Option[] options, Func<ParseResult, LoadTarget, CancellationToken, Task<int>> run)
{
    var command = new Command(name, description) { url, program, key, point, audio };
    foreach (var option in options) command.Add(option);
    command.SetAction(async (parsed, ct) =>
    {
        var recordings = Recording.Load(parsed.GetValue(audio)!.FullName);
        if (parsed.GetValue(url) is { } running) return await run(parsed, new LoadTarget(new Uri(running), parsed.GetValue(key), parsed.GetValue(point)!, recordings), ct);
        int[] counts = [.. options.Contains(sessions) ? parsed.GetValue(sessions)! : [], options.Contains(clients) ? parsed.GetValue(clients) : 300];
        await using var server = await ServerProcess.StartAsync(parsed.GetValue(program)!, counts.Max(), ct);
        return await run(parsed, new LoadTarget(server.Url, parsed.GetValue(key), parsed.GetValue(point)!, recordings), ct);
    });
    return command;
}

async Task<int> SteadyAsync(ParseResult parsed, LoadTarget target, CancellationToken ct)
{
    var (callers, time) = (parsed.GetValue(clients), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
    Console.WriteLine($"\n{callers} callers, {time.TotalSeconds:0} s each\n\n{SteadyLoad.Header}");
    int worst;
    await using (var loaded = await SpeechModel.LoadAsync(parsed.GetValue(model)!, ct: ct))
    await using (var pool = new SessionPool(loaded, new SessionPoolOptions { MaxSessions = callers }))
    {
        worst = await SteadyLoad.RunAsync($"{callers} in one process with the engine", () => new PoolCaller(pool), target.Recordings, callers, time, acknowledges: false, ct);
    }

    await TimeToFinal.WarmUpAsync(target, ct);
    return worst | await SteadyLoad.RunAsync($"{callers} over WebSockets", () => new LoadClient(target), target.Recordings, callers, time, acknowledges: true, ct);
}

Task<int> BurstAsync(ParseResult parsed, LoadTarget target, CancellationToken ct) => ConnectBurst.RunAsync(target, parsed.GetValue(connects), ct);

Task<int> FinalsAsync(ParseResult parsed, LoadTarget target, CancellationToken ct) => TimeToFinal.RunAsync(target, parsed.GetValue(clips), parsed.GetValue(sessions)!, parsed.GetValue(messageMs), ct);

Task<int> CostAsync(ParseResult parsed, LoadTarget target, CancellationToken ct)
{
    Console.WriteLine();
    return MessageCost.RunAsync(target, Math.Min(20, parsed.GetValue(clients)), TimeSpan.FromSeconds(Math.Min(10, parsed.GetValue(seconds))), ct);
}
