using System.Collections.Immutable;
using System.Text.Json;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>The commands' way to the library.</summary>
internal sealed class RecognizerTranscriber : ITranscriber
{
    private readonly SpeechModel _model;
    private readonly EnhancedSpeechModel? _enhanced;
    private readonly VoiceActivityModel? _voiceActivity;
    private readonly SessionPool _pool;
    private readonly SpeechRecognizer _recognizer;
    private readonly SessionOptions _options;

    private RecognizerTranscriber(SpeechModel model, EnhancedSpeechModel? enhanced, VoiceActivityModel? voiceActivity, SessionPool pool, SessionOptions options)
    {
        (_model, _enhanced, _voiceActivity, _pool, _options) = (model, enhanced, voiceActivity, pool, options);
        _recognizer = SpeechRecognizer.FromPool(pool);
    }

    /// <summary>Loads the model that the settings name and starts a pool with room for as many inputs as run at once.</summary>
    /// <exception cref="UsageException">The model lacks the chunk or the head that was asked for.</exception>
    public static async Task<ITranscriber> CreateAsync(TranscriberSettings settings, CancellationToken cancellationToken)
    {
        var model = await SpeechModel.LoadAsync(settings.ModelPath, ct: cancellationToken).ConfigureAwait(false);
        try
        {
            if (!model.Heads.Contains(settings.Head)) throw new UsageException($"--head {settings.Head}: this model has {string.Join(", ", model.Heads)}");
            var options = settings.EnhancedModelPath is null ? new SessionOptions() : SpeechRecognizer.CreateEnhancedOptions();
            options.Head = settings.Head;
            options.Partials = settings.Partials;
            options.Chunk = ChunkOf(model, settings.ChunkMilliseconds);
            if (settings.EndpointMilliseconds is { } milliseconds) options.EndpointSilence = TimeSpan.FromMilliseconds(milliseconds);
            options.BeamSize = settings.BeamSize;
            options.SecondPassBeamSize = settings.SecondPassBeamSize;
            options.Formatting = settings.Formatting;
            options.RemoveDisfluencies = settings.RemoveDisfluencies;
            options.MaskProfanity = settings.MaskProfanity;
            options.Confidence = settings.Confidence;
            if (settings.LanguageModelPath is { } language) options.LanguageModel = LanguageModel.Load(language);
            if (settings.LanguageModelWeight is { } weight) options.LanguageModelWeight = weight;
            if (settings.VocabularyPath is { } vocabulary) options.CustomVocabulary = VocabularyFile.Read(vocabulary);
            var poolOptions = new SessionPoolOptions { MaxSessions = settings.Parallel, AdmissionTimeout = Timeout.InfiniteTimeSpan };
            var voiceActivity = settings.VoiceActivityModelPath is { } voice ? await VoiceActivityModel.LoadAsync(voice, ct: cancellationToken).ConfigureAwait(false) : null;
            poolOptions.VoiceActivityModel = voiceActivity;
            options.VoiceActivity = voiceActivity is null ? null : new VoiceActivityOptions();
            if (settings.EnhancedModelPath is not { } path) return new RecognizerTranscriber(model, null, voiceActivity, new SessionPool(model, poolOptions), options);
            var enhanced = await EnhancedSpeechModel.LoadAsync(path, ct: cancellationToken).ConfigureAwait(false);
            return new RecognizerTranscriber(model, enhanced, voiceActivity, new SessionPool(model, enhanced, poolOptions), options);
        }
        catch
        {
            await model.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The facts of the package at <paramref name="path"/>.</summary>
    public static async Task<ModelFacts> InspectAsync(string path, CancellationToken cancellationToken)
    {
        if (IsSecondPass(path))
            return await InspectSecondPassAsync(path, cancellationToken).ConfigureAwait(false);
        var model = await SpeechModel.LoadAsync(path, ct: cancellationToken).ConfigureAwait(false);
        await using var _ = model.ConfigureAwait(false);
        var layout = model.Layout;
        return new ModelFacts
        {
            Name = model.Name,
            Type = model.Heads.Contains(TransducerHead.Tdt) ? "streaming TDT" : "streaming RNN-T",
            Language = model.Language,
            ContentHash = model.ContentHash,
            SampleRate = model.SampleRate,
            MelBins = layout.MelBins,
            EncoderFrameMilliseconds = layout.SecondsPerEncoderFrame * 1000,
            ChunkFrames = layout.ChunkFrames,
            DefaultChunkFrames = layout.DefaultChunkFrames,
            LookAheadMilliseconds = layout.MelFramesAfter * layout.HopSamples * 1000.0 / layout.SampleRate,
            Heads = [.. model.Heads],
            VocabularySize = model.Vocabulary.TokenCount,
            States = [.. layout.States.Select(s => new ModelState(s.InputName, [s.Heads, s.RingFrames, s.Width], (long)s.FloatsPerSession * sizeof(float)))],
            Files = FilesOf(path),
        };
    }

    private static async Task<ModelFacts> InspectSecondPassAsync(string path, CancellationToken cancellationToken)
    {
        var model = await EnhancedSpeechModel.LoadAsync(path, ct: cancellationToken).ConfigureAwait(false);
        await using var _ = model.ConfigureAwait(false);
        var layout = model.Layout;
        return new ModelFacts
        {
            Name = model.Name,
            Type = $"second pass: attention encoder-decoder, utterances up to {layout.MaxSeconds} s",
            Language = model.Language,
            ContentHash = model.ContentHash,
            SampleRate = model.SampleRate,
            MelBins = layout.MelBins,
            EncoderFrameMilliseconds = layout.SamplesPerEncoderFrame * 1000.0 / layout.SampleRate,
            VocabularySize = layout.Vocabulary,
            Files = FilesOf(path),
        };
    }

    // a manifest that cannot be read is the loader's to report
    private static bool IsSecondPass(string path)
    {
        try
        {
            using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "model.json")));
            return manifest.RootElement.TryGetProperty("type", out var type) && type.ValueEquals("attention");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static ImmutableArray<ModelFile> FilesOf(string path) =>
        [.. new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name).Select(file => new ModelFile(file.Name, file.Length))];

    public IAsyncEnumerable<SpeechEvent> TranscribeAsync(AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        var channels = input.Channel is { } channel ? ChannelSelection.Only(channel - 1) : ChannelSelection.Mix;
        AudioSource source = input.Samples is null ? AudioSource.FromFile(input.Name, channels) : new StandardInputSource(input, channels);
        if (progress is not null) source = new MeteredSource(source, progress);
        return _recognizer.RecognizeAsync(source, _options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _recognizer.DisposeAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
        if (_enhanced is not null) await _enhanced.DisposeAsync().ConfigureAwait(false);
        if (_voiceActivity is not null) await _voiceActivity.DisposeAsync().ConfigureAwait(false);
        await _model.DisposeAsync().ConfigureAwait(false);
    }

    private static TimeSpan? ChunkOf(SpeechModel model, int? milliseconds)
    {
        if (milliseconds is not { } asked) return null;
        foreach (var chunk in model.ChunkDurations)
            if (Math.Abs(chunk.TotalMilliseconds - asked) < 0.5) return chunk;
        throw new UsageException($"--chunk-ms {asked}: this model's chunks are {string.Join(", ", model.ChunkDurations.Select(chunk => $"{chunk.TotalMilliseconds:0}"))} ms");
    }
}
