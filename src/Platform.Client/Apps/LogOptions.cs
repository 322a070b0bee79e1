namespace Platform.Client.Apps;

/// <summary>Which output of an instance to read.</summary>
public sealed record LogOptions
{
    /// <summary>Standard error instead of standard output. Default false.</summary>
    public bool StandardError { get; init; }

    /// <summary>Only so many bytes before the end; null: all that is kept.</summary>
    public long? TailBytes { get; init; }

    /// <summary>Go on with what is written later, until the task has ended. Default false.</summary>
    public bool Follow { get; init; }
}
