namespace Platform.Core.Tasks;

/// <summary>A file that is brought into the sandbox before the task starts.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FetchSpec")]
public sealed record FetchSpec
{
    /// <summary>http, https or file address, or an absolute path on the agent.</summary>
    [Id(0)] public required string Uri { get; init; }

    /// <summary>Extract a known archive (.tar, .tar.gz, .tgz, .tar.bz2, .tbz2, .tar.xz, .txz, .gz, .zip). Default true.</summary>
    [Id(1)] public bool Extract { get; init; } = true;

    /// <summary>Set the executable bit, and do not extract. Default false.</summary>
    [Id(2)] public bool Executable { get; init; }

    /// <summary>Keep the file in the agent's cache and share it with other tasks. Default false.</summary>
    [Id(3)] public bool Cache { get; init; }

    /// <summary>Where to put it, relative to the sandbox; null: the last segment of the address.</summary>
    [Id(4)] public string? DestPath { get; init; }
}
