namespace Platform.Core.Security;

/// <summary>Something that somebody did, or was refused.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AuditEntry")]
public sealed record AuditEntry
{
    /// <summary>When.</summary>
    [Id(0)]
    public required DateTimeOffset At { get; init; }

    /// <summary>What is told: <c>asked</c> before a change is made, <c>answered</c> after it, <c>refused</c>, <c>login</c>.</summary>
    [Id(1)]
    public required string Event { get; init; }

    /// <summary>Who, such as <c>user alice</c>.</summary>
    [Id(2)]
    public required string Who { get; init; }

    /// <summary>From which address.</summary>
    [Id(3)]
    public string From { get; init; } = "";

    /// <summary>The request that both lines of a change are of.</summary>
    [Id(4)]
    public string Request { get; init; } = "";

    /// <summary>The method and the path, without the query, which may hold what is secret.</summary>
    [Id(5)]
    public string What { get; init; } = "";

    /// <summary>What it was allowed or refused, such as <c>update dcos:service:...</c>.</summary>
    [Id(6)]
    public Collections.ValueList<string> Rights { get; init; }

    /// <summary>The status of the answer; 0: not answered yet.</summary>
    [Id(7)]
    public int Status { get; init; }

    /// <summary>Why it was refused; empty: it was not.</summary>
    [Id(8)]
    public string Reason { get; init; } = "";
}
