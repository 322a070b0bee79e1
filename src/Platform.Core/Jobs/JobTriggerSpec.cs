using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>An event of the platform, or files that appear, which make a job run.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobTriggerSpec")]
public sealed record JobTriggerSpec
{
    /// <summary>The type of the event, such as <c>deployment_success</c>; empty: it waits for files.</summary>
    [Id(0)] public string Event { get; init; } = "";

    /// <summary>What members of the event must be, as texts, by their path (<c>plan.version</c>). Default: any event of the type will do.</summary>
    [Id(1)] public ValueMap<string> Match { get; init; }

    /// <summary>The files that it waits for; null: it waits for events.</summary>
    [Id(2)] public FileTriggerSpec? File { get; init; }
}
