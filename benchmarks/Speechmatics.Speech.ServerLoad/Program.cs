// Clients for a speech server in another process. Three commands: steady (many clients at the pace of speech), burst (many connects within a second) and finals (time to the final segment after a forced end).
// Start the server first: dotnet run -c Release --project src/Speechmatics.Speech.Server.Host
using System.CommandLine;
using Speechmatics.Speech.ServerLoad;

var url = new Option<string>("--url") { Description = "The server.", DefaultValueFactory = _ => "ws://127.0.0.1:9000/v2" };
var key = new Option<string?>("--key") { Description = "A key, where the server asks for one." };
var audio = new Option<DirectoryInfo>("--audio") { Description = "A folder of 16 kHz mono PCM16 WAV files.", DefaultValueFactory = _ => new DirectoryInfo("samples/audio") };
var clients = new Option<int>("--clients") { Description = "Clients at once.", DefaultValueFactory = _ => 300 };
var seconds = new Option<int>("--seconds") { Description = "How long each client speaks.", DefaultValueFactory = _ => 60 };
var clips = new Option<int>("--clips") { Description = "Clips to measure, over all sessions.", DefaultValueFactory = _ => 200 };
var sessions = new Option<int[]>("--sessions") { Description = "Numbers of sessions to measure at.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 100, 300] };

var steady = new Command("steady", "Many clients at the pace of speech: lag of partials and finals, and whether anything was dropped.") { url, key, audio, clients, seconds };
steady.SetAction((parsed, ct) => SteadyLoad.RunAsync(Target(parsed), parsed.GetValue(clients), TimeSpan.FromSeconds(parsed.GetValue(seconds)), ct));
var burst = new Command("burst", "Many connects within a second: each gets RecognitionStarted or a clean quota error.") { url, key, audio, clients };
burst.SetAction((parsed, ct) => ConnectBurst.RunAsync(Target(parsed), parsed.GetValue(clients), ct));
var finals = new Command("finals", "From the last speech sample sent to the final received after ForceEndOfUtterance.") { url, key, audio, clips, sessions };
finals.SetAction((parsed, ct) => TimeToFinal.RunAsync(Target(parsed), parsed.GetValue(clips), parsed.GetValue(sessions)!, ct));

return await new RootCommand("Load for a speech server, over WebSockets, from a process of its own.") { steady, burst, finals }.Parse(args).InvokeAsync();

LoadTarget Target(ParseResult parsed) => new(new Uri(parsed.GetValue(url)!), parsed.GetValue(key), Recording.Load(parsed.GetValue(audio)!.FullName));
