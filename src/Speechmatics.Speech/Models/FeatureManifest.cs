using System.Text.Json;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Models;

/// <summary>The <c>features</c> section of <c>model.json</c>: how the model's mel frames are computed. Checked only for presence; the features layer judges the values.</summary>
internal sealed record FeatureManifest
{
    /// <summary>The kind of features, <c>log-mel</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Mel bins of one frame.</summary>
    public required int Bins { get; init; }

    /// <summary>Samples from one frame to the next.</summary>
    public required int HopSamples { get; init; }

    /// <summary>Samples under the window.</summary>
    public required int WindowSamples { get; init; }

    /// <summary>Size of the Fourier transform; the window is padded to it with zeros.</summary>
    public required int FftSamples { get; init; }

    /// <summary>The window's name, such as <c>hann-symmetric</c>.</summary>
    public required string Window { get; init; }

    /// <summary>Pre-emphasis coefficient; 0 for none.</summary>
    public double PreEmphasis { get; init; }

    /// <summary>The mel scale's name, such as <c>slaney</c>.</summary>
    public required string MelScale { get; init; }

    /// <summary>Lower edge of the filters in Hz.</summary>
    public double LowHz { get; init; }

    /// <summary>Upper edge of the filters in Hz.</summary>
    public required double HighHz { get; init; }

    /// <summary>Added to the mel energy before the logarithm.</summary>
    public required double LogGuard { get; init; }

    /// <summary>Normalisation over time, <c>none</c> or a name.</summary>
    public string Normalisation { get; init; } = "none";

    /// <summary>Whether frame n is centred on sample n * hop.</summary>
    public bool Centred { get; init; } = true;

    /// <summary>The tables that compute these features.</summary>
    /// <exception cref="SpeechModelException">The section asks for what this library cannot compute.</exception>
    public LogMelTables CreateTables(string manifestPath, int sampleRate)
    {
        if (Kind != "log-mel") throw Unsupported(nameof(Kind), Kind, "log-mel");
        if (MelScale != "slaney") throw Unsupported(nameof(MelScale), MelScale, "slaney");
        if (Normalisation != "none") throw Unsupported(nameof(Normalisation), Normalisation, "none");
        try
        {
            return new LogMelTables(new LogMelOptions
            {
                SampleRate = sampleRate,
                Bins = Bins,
                HopSamples = HopSamples,
                WindowSamples = WindowSamples,
                FftSamples = FftSamples,
                PreEmphasis = (float)PreEmphasis,
                Window = Window switch
                {
                    "hann-symmetric" => WindowKind.HannSymmetric,
                    "hann-periodic" => WindowKind.HannPeriodic,
                    _ => throw Unsupported(nameof(Window), Window, "hann-symmetric or hann-periodic"),
                },
                LowHz = LowHz,
                HighHz = HighHz,
                LogGuard = (float)LogGuard,
                Centred = Centred,
            });
        }
        catch (ArgumentException refused)
        {
            throw new SpeechModelException($"{manifestPath}: the features section cannot be computed: {refused.Message}", manifestPath, refused);
        }

        SpeechModelException Unsupported(string field, string value, string known) => new(
            $"{manifestPath}: features.{JsonNamingPolicy.CamelCase.ConvertName(field)} is '{value}'; this library computes {known}. Use a package made for it, or a newer library.", manifestPath);
    }
}
