using System.Diagnostics;

namespace Speechmatics.Speech.Tests.Audio;

/// <summary>
/// The ffmpeg of this machine, to make files with and to compare with. Tests that call it skip where it is not installed.
/// </summary>
internal static class Ffmpeg
{
    private static readonly bool Installed = IsInstalled();

    public static void Require() => Assert.SkipUnless(Installed, "ffmpeg is not installed on this machine");

    public static void Run(params string[] arguments)
    {
        Require();
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. arguments]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    private static bool IsInstalled()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-version"]) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
