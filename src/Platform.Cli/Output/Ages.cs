namespace Platform.Cli.Output;

/// <summary>Times as people read them.</summary>
internal static class Ages
{
    /// <summary>How long ago, in its one or two largest units: <c>3s</c>, <c>5m12s</c>, <c>4h</c>, <c>12d</c>.</summary>
    internal static string Since(DateTimeOffset? then, DateTimeOffset now) => then is { } time ? Of(now - time) : "-";

    internal static string Of(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 1 } => $"{age.Seconds}s",
        { TotalHours: < 1 } => $"{age.Minutes}m{age.Seconds}s",
        { TotalDays: < 1 } => $"{age.Hours}h{age.Minutes}m",
        _ => $"{(int)age.TotalDays}d{age.Hours}h",
    };
}
