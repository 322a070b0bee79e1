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

    /// <summary>What people call it.</summary>
    public static string NameOf(ArchiveKind kind) => kind switch
    {
        ArchiveKind.Zip => "zip",
        ArchiveKind.Gzip => "gzip",
        ArchiveKind.Tar => "tar",
        ArchiveKind.TarGzip => "gzipped tar",
        ArchiveKind.TarBzip2 => "bzip2 tar",
        _ => "xz tar",
    };

    /// <summary>True if a file begins as files of this kind do: it was meant to be one.</summary>
    public static bool BeginsAs(ArchiveKind kind, string path)
    {
        const int Magic = 257; // where "ustar" stands in the first header of a tar archive, of POSIX and of GNU
        Span<byte> head = stackalloc byte[Magic + 5];
        using var file = File.OpenRead(path);
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return kind switch
        {
            ArchiveKind.Zip => head.StartsWith("PK"u8),
            ArchiveKind.Gzip or ArchiveKind.TarGzip => head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]),
            ArchiveKind.TarBzip2 => head.StartsWith("BZh"u8),
            ArchiveKind.TarXz => head.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]),
            _ => head.Length > Magic && head[Magic..].StartsWith("ustar"u8),
        };
    }
}
