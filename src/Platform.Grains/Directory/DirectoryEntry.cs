namespace Platform.Grains.Directory;

/// <summary>One listed grain.</summary>
/// <param name="Listed">It is listed; false: it only holds a name.</param>
/// <param name="Name">The unique name that it holds, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.DirectoryEntry")]
public sealed record DirectoryEntry([property: Id(0)] bool Listed, [property: Id(1)] string? Name);
