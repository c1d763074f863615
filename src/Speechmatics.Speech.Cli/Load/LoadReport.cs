using System.Runtime;
using System.Runtime.InteropServices;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>All that a load test found, for the terminal, the JSON file and the page.</summary>
internal sealed record LoadReport
{
    public required LoadSettings Settings { get; init; }

    public required string ModelName { get; init; }

    public required string ModelHash { get; init; }

    /// <summary>The second pass's model; null for the standard operating point.</summary>
    public string? EnhancedModelName { get; init; }

    public string? EnhancedModelHash { get; init; }

    /// <summary>The bare encoder before the load, in a search before the stage that <see cref="Result"/> shows; null when it was left out.</summary>
    public required EncoderBaseline? BaselineBefore { get; init; }

    /// <summary>The same after the load: a difference tells that the machine changed in between.</summary>
    public required EncoderBaseline? BaselineAfter { get; init; }

    /// <summary>The run; in a search for the capacity the largest stage that held, or else the last.</summary>
    public required LoadResult Result { get; init; }

    public ReferenceRun? Reference { get; init; }

    /// <summary>The stages of a search for the capacity in the order of their sessions; empty otherwise.</summary>
    public IReadOnlyList<CapacityStage> Stages { get; init; } = [];

    /// <summary>The largest number of sessions that held; null without a search.</summary>
    public int? Capacity { get; init; }

    public string Processor { get; } = ReadProcessor();

    public int Processors { get; } = Environment.ProcessorCount;

    public string OperatingSystem { get; } = RuntimeInformation.OSDescription;

    public string Framework { get; } = RuntimeInformation.FrameworkDescription;

    public bool ServerGarbageCollection { get; } = GCSettings.IsServerGC;

    /// <summary>Sessions that the bare encoder's throughput allows: the mean of both measurements.</summary>
    public double? SessionsAllowed => BaselineBefore is null ? null : (BaselineBefore.Sessions + (BaselineAfter ?? BaselineBefore).Sessions) / 2;

    /// <summary>Sessions held at real time: the capacity where it was searched, otherwise the window's mean; times the real-time factor.</summary>
    public double SessionsHeld => (Capacity ?? Result.MeanSessions) * Settings.RealTimeFactor;

    /// <summary>Sessions held of those that the bare encoder allows, 0 to 1.</summary>
    public double? ShareOfAllowed => SessionsHeld / SessionsAllowed;

    /// <summary>Whether a session failed or audio was lost: the tool's exit code. Stages of a search beyond the capacity are meant to.</summary>
    public bool Failed => Capacity is { } capacity
        ? capacity == 0
        : Result.DroppedSeconds > 0 || Result.Failures.Count > 0 || Result.RefusedPackets > 0 || Result.NotDrained > 0;

    private static string ReadProcessor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var name = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return name is null ? RuntimeInformation.ProcessArchitecture.ToString() : name[(name.IndexOf(':') + 1)..].Trim();
    }
}
