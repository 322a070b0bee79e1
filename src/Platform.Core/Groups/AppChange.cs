using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>The change of one app or pod.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppChange")]
public sealed record AppChange
{
    /// <summary>The app.</summary>
    [Id(0)] public required string AppId { get; init; }

    /// <summary>What happens.</summary>
    [Id(1)] public AppChangeKind Kind { get; init; }

    /// <summary>The new definition of a put.</summary>
    [Id(2)] public AppSpec? Spec { get; init; }

    /// <summary>The version that the change was made from; null: whatever stands; "": the app must not exist yet.</summary>
    [Id(3)] public string? ExpectedVersion { get; init; }

    /// <summary>When this scales down, kill the instances of these tasks first.</summary>
    [Id(4)] public ValueList<string> KillFirst { get; init; }

    /// <summary>Also destroy the persistent volumes of <see cref="KillFirst"/>.</summary>
    [Id(5)] public bool Wipe { get; init; }

    /// <summary>The path is meant as that of a pod: an app that has it is not touched. The other way round without it.</summary>
    [Id(6)] public bool IsPod { get; init; }
}
