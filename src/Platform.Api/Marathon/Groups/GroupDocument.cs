using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Groups;

/// <summary>A group, or the update of one, as a client wrote it, with absolute paths. Null: not said.</summary>
internal sealed record GroupDocument
{
    public required string Path { get; init; }

    /// <summary>The apps directly in it; those that stand and are not among them are removed.</summary>
    public IReadOnlyList<AppSpec>? Apps { get; init; }

    /// <summary>The pods directly in it; those that stand and are not among them are removed. Marathon passes them over.</summary>
    public IReadOnlyList<AppSpec>? Pods { get; init; }

    /// <summary>The groups directly in it; those that stand and are not among them are removed.</summary>
    public IReadOnlyList<GroupDocument>? Groups { get; init; }

    public ValueList<string>? Dependencies { get; init; }

    public bool? EnforceRole { get; init; }

    /// <summary>Multiply the instances of all apps below by this.</summary>
    public double? ScaleBy { get; init; }

    /// <summary>Go back to this version.</summary>
    public string? Version { get; init; }

    /// <summary>It adds, removes or changes apps or pods.</summary>
    public bool ChangesApps => Version is not null || ScaleBy is not null || Apps is not null || Pods is not null || Groups?.Any(g => g.ChangesApps) == true;
}
