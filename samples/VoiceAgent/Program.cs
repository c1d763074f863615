// A voice agent's loop: listen, answer, and stop answering as soon as the caller speaks (barge-in). dotnet run --project samples/VoiceAgent -- samples/audio/accented-adult-035.wav samples/audio/orders-005.wav
// The voice activity model hears speech begin, long before a word is whole, and takes no notice of a cough. The files stand for a caller who speaks one after the other; the chat client is a stub that "speaks" its answer a word at a time: put your own IChatClient and speech synthesis in their places.
using Microsoft.Extensions.AI;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Models.VoiceActivity;
using Speechmatics.Speech.Samples.VoiceAgent;
using Speechmatics.Speech.Sessions;

await using var model = await SpeechModel.LoadAsync(EnglishModel.Path);
await using var voice = await VoiceActivityModel.LoadAsync(SileroVoiceActivityModel.Path);
await using var pool = new SessionPool(model, new SessionPoolOptions { VoiceActivityModel = voice });
await using var session = await pool.OpenAsync(new SessionOptions { EndpointSilence = TimeSpan.FromSeconds(0.5), MaxDelay = TimeSpan.FromSeconds(1), VoiceActivity = new VoiceActivityOptions() });
using var chat = new EchoChatClient();

var speaking = SpeakAsync();
var heard = new List<string>();
var (answering, interrupt) = (Task.CompletedTask, new CancellationTokenSource());
await foreach (var speechEvent in session.ReadEventsAsync())
{
    switch (speechEvent)
    {
        case SpeechStarted when !answering.IsCompleted:
            await interrupt.CancelAsync();
            break;
        case FinalTranscript final:
            heard.Add(final.Text);
            break;
        case EndOfUtterance when heard.Count > 0:
            await answering;
            interrupt.Dispose();
            interrupt = new CancellationTokenSource();
            answering = AnswerAsync(string.Join(' ', heard), interrupt.Token);
            heard.Clear();
            break;
    }
}

await Task.WhenAll(answering, speaking);
interrupt.Dispose();

async Task AnswerAsync(string question, CancellationToken stop)
{
    Console.WriteLine($"caller: {question}");
    Console.Write("agent:  ");
    try
    {
        await foreach (var update in chat.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, question)], cancellationToken: stop)) Console.Write(update.Text);
    }
    catch (OperationCanceledException)
    {
        Console.Write("… (the caller speaks: the agent stops)");
    }

    Console.WriteLine();
}

// the caller, at the pace of speech
async Task SpeakAsync()
{
    foreach (var file in args)
    {
        await using var reader = await AudioSource.FromFile(file).OpenAsync();
        if (reader.SampleRate != 16000) throw new InvalidOperationException("This sample takes 16 kHz files.");
        var samples = new float[1600];
        for (int count; (count = await reader.ReadAsync(samples)) > 0;)
        {
            await session.WriteAsync((ReadOnlyMemory<float>)samples.AsMemory(0, count));
            await Task.Delay(TimeSpan.FromSeconds(count / 16000.0));
        }
    }

    session.Complete();
}
