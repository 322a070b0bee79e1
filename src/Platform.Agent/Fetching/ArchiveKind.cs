namespace Platform.Agent.Fetching;

/// <summary>The archives that are extracted.</summary>
internal enum ArchiveKind
{
    Tar,
    TarGzip,
    TarBzip2,
    TarXz,
    Gzip,
    Zip,
}
