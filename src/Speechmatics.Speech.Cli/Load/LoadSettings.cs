using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>What the command line of <c>speech load</c> asks for.</summary>
internal sealed record LoadSettings
{
    public required string ModelPath { get; init; }

    /// <summary>The folder of the second pass's model; null for the standard operating point.</summary>
    public string? EnhancedModelPath { get; init; }

    /// <summary>Whether idle capacity reads unfinished utterances.</summary>
    public bool RefinePartials { get; init; } = true;

    /// <summary>The folder of recordings with <c>transcripts.jsonl</c>.</summary>
    public required string AudioFolder { get; init; }

    /// <summary>Sessions of the run; where a search for the capacity begins.</summary>
    public required int Sessions { get; init; }

    /// <summary>Wall time from the first session's start to the last sample written.</summary>
    public required TimeSpan Duration { get; init; }

    public LoadPattern Pattern { get; init; }

    /// <summary>Sessions during the spike, the steady ones included.</summary>
    public int SpikeSessions { get; init; }

    public TimeSpan SpikeDuration { get; init; }

    /// <summary>Seconds of audio that a session sends in a second.</summary>
    public double RealTimeFactor { get; init; } = 1;

    public int PacketMilliseconds { get; init; } = 20;

    /// <summary>Silence after each recording. Enhanced: longer than what ends an utterance, so that each recording is read by itself.</summary>
    public TimeSpan Gap => TimeSpan.FromSeconds(IsEnhanced ? 1 : 0.3);

    public TimeSpan? Chunk { get; init; }

    public TimeSpan? SmallestChunk { get; init; }

    public TransducerHead Head { get; init; } = TransducerHead.Tdt;

    public int SampleRate { get; init; } = 16000;

    public AudioEncoding Encoding { get; init; } = AudioEncoding.Pcm16;

    public int? Workers { get; init; }

    public int? MaxBatch { get; init; }

    /// <summary>See <see cref="SessionPoolOptions.AlwaysGather"/>; not on the command line.</summary>
    public bool AlwaysGather { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Whether the pool may refuse sessions beyond the capacity it has measured.</summary>
    public bool Admission { get; init; }

    /// <summary>How long the bare encoder is measured, before and again after the load; zero leaves it out.</summary>
    public TimeSpan BaselineDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether some of the sessions are recognised once more, each alone, and compared.</summary>
    public bool Reference { get; init; }

    public bool FindCapacity { get; init; }

    public TimeSpan StageDuration { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan LagLimit { get; init; } = TimeSpan.FromMilliseconds(500);

    public string? JsonPath { get; init; }

    public string? HtmlPath { get; init; }

    /// <summary>How words are made comparable: the second pass writes figures and contractions as it likes.</summary>
    public Normalisation Normalisation => IsEnhanced ? Normalisation.Full : Normalisation.Standard;

    public int GapSamples => (int)(Gap.TotalSeconds * SampleRate);

    public bool IsEnhanced => EnhancedModelPath is not null;

    public int PeakSessions => Pattern == LoadPattern.Spike ? Math.Max(Sessions, SpikeSessions) : Sessions;

    public int WorkerCount => Workers ?? Environment.ProcessorCount;

    /// <summary>The first part of a run that does not count: sessions are still opening and the first chunks fill.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Math.Min(5, Duration.TotalSeconds / 4));

    public SessionOptions SessionOptions => new()
    {
        SampleRate = SampleRate,
        Encoding = Encoding,
        Head = Head,
        Chunk = Chunk,
        SmallestChunk = SmallestChunk,
        OperatingPoint = IsEnhanced ? OperatingPoint.Enhanced : OperatingPoint.Standard,
        RefinePartials = RefinePartials,

        // live audio cannot wait: what a full buffer cannot take is lost, and counted
        Overrun = OverrunPolicy.DropOldest,
    };

    public SessionPoolOptions PoolOptions => new() { MaxSessions = Admission ? null : PeakSessions, Workers = Workers, MaxBatch = MaxBatch, AlwaysGather = AlwaysGather };
}
