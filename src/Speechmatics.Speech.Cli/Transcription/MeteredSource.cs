using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>A source that tells how much of it has been read.</summary>
internal sealed class MeteredSource(AudioSource source, IProgress<TranscriptionProgress> progress) : AudioSource
{
    public override async ValueTask<AudioReader> OpenAsync(CancellationToken cancellationToken = default) =>
        new MeteredReader(await source.OpenAsync(cancellationToken).ConfigureAwait(false), progress);

    private sealed class MeteredReader(AudioReader reader, IProgress<TranscriptionProgress> progress) : AudioReader
    {
        private long _samples;

        public override int SampleRate => reader.SampleRate;

        public override TimeSpan? Duration => reader.Duration;

        public override string? Notice => reader.Notice;

        public override async ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default)
        {
            var count = await reader.ReadAsync(samples, cancellationToken).ConfigureAwait(false);
            _samples += count;
            progress.Report(new TranscriptionProgress(TimeSpan.FromSeconds((double)_samples / SampleRate), Duration));
            return count;
        }

        public override ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
