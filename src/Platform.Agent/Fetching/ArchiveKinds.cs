namespace Platform.Agent.Fetching;

/// <summary>Tells archives by their names, as Mesos' fetcher does.</summary>
internal static class ArchiveKinds
{
    private static readonly (string Suffix, ArchiveKind Kind)[] Suffixes =
    [
        (".tar.gz", ArchiveKind.TarGzip), (".tgz", ArchiveKind.TarGzip),
        (".tar.bz2", ArchiveKind.TarBzip2), (".tbz2", ArchiveKind.TarBzip2),
        (".tar.xz", ArchiveKind.TarXz), (".txz", ArchiveKind.TarXz),
        (".tar", ArchiveKind.Tar), (".gz", ArchiveKind.Gzip), (".zip", ArchiveKind.Zip),
    ];

    /// <summary>The kind of a file with this name; null if it is not an archive.</summary>
    public static ArchiveKind? Of(string name)
    {
        foreach (var (suffix, kind) in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return kind;
        }
        return null;
    }
}
