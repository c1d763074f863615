using System.Globalization;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Processor time so far, in seconds: of this process, of the load drivers' threads, of the pool's workers and of the whole machine. What the operating system does not tell (all but the first are read from Linux's
/// /proc) is null.
/// </summary>
internal sealed record ProcessTimes(double Process, double? Drivers, double? Workers, double? Machine)
{
    private const string WorkerThreadName = "speech-pool";

    public static ProcessTimes Read() =>
        new(Environment.CpuUsage.TotalTime.TotalSeconds, ReadThreads(LoadDriver.ThreadName), ReadThreads(WorkerThreadName), ReadMachine());

    private static double? ReadThreads(string namePrefix)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var nanoseconds = 0L;
            foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                if (!File.ReadAllText(Path.Combine(task, "comm")).StartsWith(namePrefix, StringComparison.Ordinal)) continue;
                nanoseconds += long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
            }

            return nanoseconds * 1e-9;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Time in which processors were busy: user, nice, system, irq, softirq and steal, in the kernel's hundredths of a second.</summary>
    private static double? ReadMachine()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            using var lines = new StreamReader("/proc/stat");
            var fields = lines.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new[] { 1, 2, 3, 6, 7, 8 }.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / 100.0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
