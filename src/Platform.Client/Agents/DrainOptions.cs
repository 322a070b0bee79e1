namespace Platform.Client.Agents;

/// <summary>How an agent is drained.</summary>
public sealed record DrainOptions
{
    /// <summary>The longest kill grace that tasks get, seconds; null: as they say themselves.</summary>
    public double? MaxGraceSeconds { get; init; }

    /// <summary>After so many seconds tasks leave although they could not be replaced elsewhere; null: 3600.</summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>Declare it gone when nothing runs on it any more. Default false.</summary>
    public bool MarkGone { get; init; }
}
