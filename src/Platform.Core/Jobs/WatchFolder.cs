namespace Platform.Core.Jobs;

/// <summary>A folder that an agent allows to be watched, with all inside it.</summary>
/// <param name="Name">What jobs may call it; empty: its path only.</param>
/// <param name="Path">Its absolute path, without a slash at its end.</param>
[GenerateSerializer, Immutable, Alias("Platform.WatchFolder")]
public sealed record WatchFolder([property: Id(0)] string Name, [property: Id(1)] string Path);
