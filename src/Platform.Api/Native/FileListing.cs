using Platform.Contracts.Agents;

namespace Platform.Api.Native;

/// <summary>The entries of a folder in a sandbox.</summary>
internal sealed record FileListing(IReadOnlyList<FileEntry> Entries);
