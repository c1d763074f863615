using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Speechmatics.Speech.Samples.VoiceAgent;

/// <summary>Stands for a language model and a voice: repeats what it was told, a word every 0.4 s.</summary>
internal sealed class EchoChatClient : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var word in $"You said: {messages.Last().Text}. Is that right?".Split(' '))
        {
            await Task.Delay(400, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
