namespace Platform.Agent.Isolation;

/// <summary>What a task sees at a path by a mount of its own.</summary>
/// <param name="Source">The folder or file.</param>
/// <param name="Target">Where it is seen.</param>
/// <param name="Kind">How.</param>
internal sealed record VolumeMount(string Source, string Target, VolumeMountKind Kind)
{
    /// <summary>Nothing can be written there.</summary>
    public bool IsReadOnly => Kind == VolumeMountKind.ReadOnly;

    /// <summary>The settings of a supervisor, as Native/isolate.h describes them.</summary>
    public IEnumerable<string> Settings => Source == Target ? [Letter + Target] : ["s" + Source, Letter + Target];

    private string Letter => Kind switch { VolumeMountKind.ReadOnly => "o", VolumeMountKind.KeptWritable => "w", _ => "b" };
}

/// <summary>How a folder is mounted.</summary>
internal enum VolumeMountKind
{
    /// <summary>As it is.</summary>
    AsItIs,

    /// <summary>Nothing can be written there, nor in what is mounted below.</summary>
    ReadOnly,

    /// <summary>As writable as it is, although it lies in one that is read-only.</summary>
    KeptWritable,
}
