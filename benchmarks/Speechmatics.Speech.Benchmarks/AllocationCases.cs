using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>The operations whose allocated bytes are held to <c>benchmarks/allocations.json</c>. Add to the list, then run the gate with <c>--update</c>.</summary>
internal static class AllocationCases
{
    /// <summary>A clip of 7.3 s, spoken throughout.</summary>
    private const string ClipName = "orders-009";

    /// <summary>Chunks after which the speech case begins anew: the clip and a pause.</summary>
    private const int SpeechChunks = 14;

    private const int Rows = 4;
    private const int ChunkFrames = 8;
    private static readonly TimeSpan Chunk = TimeSpan.FromMilliseconds(640);

    public static readonly AllocationCase[] All =
    [
        AllocationCase.OnCaller("Audio.Pcm16ToFloat.20ms", _ => Convert(AudioEncoding.Pcm16)),
        AllocationCase.OnCaller("Audio.MuLawToFloat.20ms", _ => Convert(AudioEncoding.MuLaw)),
        AllocationCase.OnCaller("Audio.Resample.48kHz.20ms", _ => Resample(48000)),
        AllocationCase.OnCaller("Audio.Resample.8kHz.20ms", _ => Resample(8000)),
        AllocationCase.OnCaller("Features.LogMel.20ms", _ => LogMel(320)),
        AllocationCase.OnCaller("Features.LogMel.640ms", _ => LogMel(10240)),
        AllocationCase.OnCaller("Models.EncoderStep.4x640ms", EncoderStepAsync),
        AllocationCase.OnCaller("Models.VoiceActivityStep.4x32ms", VoiceActivityStepAsync),
        AllocationCase.OnCaller("Decoding.Greedy.Tdt.640ms", owned => GreedyAsync(owned, TransducerHead.Tdt)),
        AllocationCase.OnCaller("Decoding.Greedy.Rnnt.640ms", owned => GreedyAsync(owned, TransducerHead.Rnnt)),
        AllocationCase.OnAllThreads("Sessions.WriteAndStep.Silence.640ms", owned => SessionAsync(owned, new float[10240 * SpeechChunks], 16000)),
        AllocationCase.OnAllThreads("Sessions.WriteAndStep.Silence.640ms.8kHz", owned => SessionAsync(owned, new float[5120 * SpeechChunks], 8000)),

        AllocationCase.OnAllThreads("Sessions.WriteAndStep.Silence.640ms.VoiceActivity", owned => SessionAsync(owned, new float[10240 * SpeechChunks], 16000, voiceActivity: true)),

        // what is left here is the words, their texts and the events: partials after most chunks, a final for each utterance; the model does not hear the same words each time
        AllocationCase.OnAllThreads("Sessions.WriteAndStep.Speech.640ms.EventsIncluded", owned => SessionAsync(owned, Speech(), 16000)) with { Repetitions = 10 * SpeechChunks, RoundTo = 256 },
    ];

    private static Action Convert(AudioEncoding encoding)
    {
        var floats = new float[320];
        var bytes = new byte[floats.Length * SampleConversion.BytesPerSample(encoding)];
        return () => SampleConversion.ToFloat(bytes, encoding, floats);
    }

    private static Action Resample(int rate)
    {
        var resampler = new StreamingResampler(rate, 16000);
        var input = new float[rate / 50];
        var output = new float[resampler.MaxOutput(input.Length)];
        return () => resampler.Process(input, output);
    }

    private static Action LogMel(int samples)
    {
        var options = new LogMelOptions();
        var extractor = new LogMelExtractor(new LogMelTables(options));
        var (input, frames) = (new float[samples], new float[((samples / options.HopSamples) + 1) * options.Bins]);
        return () => extractor.Process(input, frames);
    }

    private static async Task<Action> EncoderStepAsync(Owned owned)
    {
        IAcousticModel model = owned.Add(await SpeechModel.LoadAsync(BenchmarkModel.Path));
        var streams = owned.Add(new BenchmarkStreams(model, Rows));
        streams.Step.SetChunk(ChunkFrames);
        var processed = 0L;
        return () =>
        {
            for (var row = 0; row < Rows; row++) streams.Step.SetProcessed(row, processed);
            streams.Run(Rows);
            for (var row = 0; row < Rows; row++) streams.KeepState(row, processed, ChunkFrames);
            processed += ChunkFrames;
        };
    }

    private static async Task<Action> VoiceActivityStepAsync(Owned owned)
    {
        IVoiceActivityModel model = owned.Add(await VoiceActivityModel.LoadAsync(BenchmarkModel.VoiceActivityPath));
        var step = owned.Add(model.CreateStep(Rows));
        var state = new float[model.Layout.StateFloats];
        return () =>
        {
            step.Begin(Rows);
            for (var row = 0; row < Rows; row++) step.LoadState(row, state);
            step.Run();
            step.SaveState(0, state);
        };
    }

    /// <summary>One chunk after the other of a clip's recorded encoder output, again and again.</summary>
    private static async Task<Action> GreedyAsync(Owned owned, TransducerHead head)
    {
        IAcousticModel model = owned.Add(await SpeechModel.LoadAsync(BenchmarkModel.Path));
        var network = owned.Add(model.CreateTransducer(head, 1));
        var decoder = new TransducerDecoder(network, model.Vocabulary, head);
        var (state, tokens) = (new GreedyDecoderState(model.Vocabulary), new TokenBuffer());
        var clip = new RecordedFrames(model.Layout.OutputWidth);
        var row = new DecodeRow[1];
        return () =>
        {
            if (clip.First + ChunkFrames > clip.Count)
            {
                clip.First = 0;
                state.Reset();
            }

            tokens.Clear();
            row[0] = new DecodeRow(state, tokens, 0, clip.First, clip.First + ChunkFrames);
            decoder.Decode(clip, row);
            clip.First += ChunkFrames;
        };
    }

    private static async Task<Func<ValueTask>> SessionAsync(Owned owned, float[] audio, int sampleRate, bool voiceActivity = false)
    {
        var model = owned.Add(await SpeechModel.LoadAsync(BenchmarkModel.Path));
        var voice = voiceActivity ? owned.Add(await VoiceActivityModel.LoadAsync(BenchmarkModel.VoiceActivityPath)) : null;
        var pool = owned.Add(new SessionPool(model, new SessionPoolOptions { Workers = 1, MaxSessions = 1, VoiceActivityModel = voice }));
        var session = owned.Add(await pool.OpenAsync(new SessionOptions { Chunk = Chunk, SampleRate = sampleRate, VoiceActivity = voiceActivity ? new VoiceActivityOptions() : null }));
        var (samples, at, written) = (audio.Length / SpeechChunks, 0, 0L);
        return () =>
        {
            // as live audio comes: 20 ms at a time
            for (var end = at + samples; at < end; at += sampleRate / 50)
                if (!session.TryWrite(audio.AsSpan(at, sampleRate / 50))) throw new InvalidOperationException("no room");
            if (at >= audio.Length) at = 0;
            written++;

            // the chunk before is through its step, events and all, before this one starts
            while (pool.Counters.Chunks < written - 1) Thread.Yield();
            return ValueTask.CompletedTask;
        };
    }

    private static float[] Speech()
    {
        var pcm = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(Path.Combine(BenchmarkModel.Samples, ClipName + ".wav")).AsSpan(44));
        var samples = new float[SpeechChunks * 10240];
        SampleConversion.Pcm16ToFloat(pcm, samples);
        return samples;
    }

    private sealed class RecordedFrames(int width) : IEncodedChunk
    {
        private readonly float[] _encoded = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(BenchmarkModel.Golden, ClipName + ".encoded"))).ToArray();

        public int First { get; set; }

        public int Count => _encoded.Length / width;

        public ReadOnlySpan<float> Encoded(int row) => _encoded.AsSpan(First * width);
    }
}
