namespace Platform.Core;

/// <summary>What makes a disk resource more than an amount: its source, and the persistent volume made on it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Disk")]
public sealed record Disk
{
    /// <summary>Where it comes from; null for the agent's work directory.</summary>
    [Id(0)]
    public DiskSource? Source { get; init; }

    /// <summary>The identity of the persistent volume; null when there is no volume.</summary>
    [Id(1)]
    public string? PersistenceId { get; init; }

    /// <summary>Who made the persistent volume.</summary>
    [Id(2)]
    public string? PersistencePrincipal { get; init; }

    /// <summary>How the volume is mounted; not part of the identity, since each use may mount it elsewhere.</summary>
    [Id(3)]
    public DiskVolume? Volume { get; init; }

    /// <summary>Same source and same persistent volume; how it is mounted does not count (rule of Mesos).</summary>
    public bool Equals(Disk? other) =>
        ReferenceEquals(this, other) || (other is not null && Equals(Source, other.Source) && PersistenceId == other.PersistenceId);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Source, PersistenceId);

    /// <inheritdoc />
    public override string ToString()
    {
        var text = Source?.ToString() ?? "";
        if (PersistenceId is not null)
            text += (Source is null ? "" : ",") + PersistenceId;
        return Volume is null ? text : $"{text}:{Volume}";
    }
}
