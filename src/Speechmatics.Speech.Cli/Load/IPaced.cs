namespace Speechmatics.Speech.Cli.Load;

/// <summary>Something that a <see cref="LoadDriver"/> calls at its due times.</summary>
internal interface IPaced
{
    /// <summary>When it is due next: a timestamp of the driver's clock. Read after every <see cref="Write"/>.</summary>
    long Due { get; }

    /// <summary>Does what is due; false when it is over and must not be called again.</summary>
    bool Write();
}
