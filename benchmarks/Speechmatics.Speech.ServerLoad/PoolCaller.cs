using System.Runtime.CompilerServices;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>A session of a pool in this process, with the settings that the server gives to <see cref="LoadClient"/>.</summary>
internal sealed class PoolCaller(SessionPool pool) : ICaller
{
    private SpeechSession? _session;

    public async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        _session = await pool.OpenAsync(new SessionOptions { MaxDelay = TimeSpan.FromSeconds(LoadClient.MaxDelaySeconds), Formatting = TextFormatting.Written }, cancellationToken);
        return null;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken) => _session!.WriteAsync(audio, cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken)
    {
        _session!.Complete();
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<Heard> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var speechEvent in _session!.ReadEventsAsync(cancellationToken))
        {
            yield return speechEvent switch
            {
                PartialTranscript partial => new Heard(HeardKind.Partial, partial.End.TotalSeconds),
                FinalTranscript final => new Heard(HeardKind.Final, final.End.TotalSeconds),
                SessionNotice { Kind: SessionNoticeKind.AudioDropped } => new Heard(HeardKind.Problem, Problem: "audio dropped"),
                _ => new Heard(HeardKind.Other),
            };
        }
    }

    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;
}
