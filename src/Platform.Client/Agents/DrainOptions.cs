namespace Platform.Client.Agents;

/// <summary>How an agent is drained.</summary>
public sealed record DrainOptions
{
    /// <summary>The longest kill grace that tasks get, seconds; null: as they say themselves.</summary>
    public double? MaxGraceSeconds { get; init; }

    /// <summary>Declare it gone when nothing runs on it any more. Default false.</summary>
    public bool MarkGone { get; init; }
}
