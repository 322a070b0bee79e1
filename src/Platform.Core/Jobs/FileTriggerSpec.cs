using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>Files that appear in a folder of agents make a job run.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FileTriggerSpec")]
public sealed record FileTriggerSpec
{
    /// <summary>The folder: an absolute path, or the name of one that an agent allows, with or without a path inside it, such as <c>incoming/orders</c>. Folders inside it are not looked into.</summary>
    [Id(0)] public required string Folder { get; init; }

    /// <summary>Which file names count, see <see cref="FilePattern"/>. Default all.</summary>
    [Id(1)] public string Pattern { get; init; } = "*";

    /// <summary>Which agents look, by LIKE, UNLIKE, IS, and CLUSTER with a value. Default all that allow the folder.</summary>
    [Id(2)] public ValueList<ConstraintSpec> Constraints { get; init; }
}
