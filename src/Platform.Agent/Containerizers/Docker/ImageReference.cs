namespace Platform.Agent.Containerizers.Docker;

/// <summary>The name of an image in its parts: <c>[registry/]repository[:tag][@digest]</c>.</summary>
/// <param name="Registry">The registry, as credentials know it.</param>
/// <param name="Repository">With the registry, as it was given.</param>
/// <param name="Tag">The tag or, if there is one, the digest.</param>
internal readonly record struct ImageReference(string Registry, string Repository, string Tag)
{
    /// <summary>The registry of images that name none.</summary>
    public const string Default = "docker.io";

    /// <summary>Reads a reference; the tag is latest if there is none.</summary>
    public static ImageReference Parse(string text)
    {
        var name = text;
        string? tag = null;
        if (name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at)
            (name, tag) = (name[..at], name[(at + 1)..]);
        if (name.LastIndexOf(':') is > 0 and var colon && colon > name.LastIndexOf('/'))
            (name, tag) = (name[..colon], tag ?? name[(colon + 1)..]);
        // A first part with a dot or a port, or localhost, is a registry; anything else is a folder of the default one.
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash > 0 ? name[..slash] : "";
        var isRegistry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        return new(isRegistry ? first : Default, name, tag ?? "latest");
    }
}
