namespace Speechmatics.Speech.Cli.Load;

/// <summary>How the number of sessions changes over a run.</summary>
internal enum LoadPattern
{
    /// <summary>All sessions from the start.</summary>
    Steady,

    /// <summary>One more after another over the first four fifths, then all of them.</summary>
    Ramp,

    /// <summary>Steady, but after a third of the run more sessions come within one second, stay for a while and leave within one second.</summary>
    Spike,
}
