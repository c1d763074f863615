// Your own ASP.NET Core application with recognition in it: the real-time protocol at one address, and an endpoint of your own. dotnet run --project samples/MinimalServer
// curl --data-binary @samples/audio/orders-005.wav http://localhost:5000/length-of-speech
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Server;
using Speechmatics.Speech.Sessions;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSpeechServer();
var app = builder.Build();

app.MapSpeechRealtime("/v2");
app.MapPost("/length-of-speech", async (HttpRequest request, SpeechRecognizer recognizer, CancellationToken stop) =>
{
    var length = TimeSpan.Zero;
    await foreach (var speechEvent in recognizer.RecognizeAsync(AudioSource.FromWaveStream(request.Body), cancellationToken: stop))
        if (speechEvent is FinalTranscript final) length += final.End - final.Start;
    return Results.Ok(new { seconds = length.TotalSeconds });
});
app.Run();
