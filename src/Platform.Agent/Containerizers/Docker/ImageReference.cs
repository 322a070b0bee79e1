using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>The name of an image in its parts: <c>[registry/]repository[:tag][@digest]</c>.</summary>
/// <param name="Registry">The registry, as credentials know it.</param>
/// <param name="Repository">With the registry, as it was given.</param>
/// <param name="Tag">The tag or, if there is one, the digest.</param>
internal readonly record struct ImageReference(string Registry, string Repository, string Tag)
{
    /// <summary>The registry of images that name none.</summary>
    public const string Default = "docker.io";

    /// <summary>What is to be pulled and run: the image itself if it is pinned by its digest, else what its name means now.</summary>
    public static string Effective(ContainerImage image) => image.Digest is { } digest ? $"{Parse(image.Reference).Repository}@{digest}" : image.Reference;

    /// <summary>The digest of an image that was pulled by a reference; null: it came from another registry, or from none.</summary>
    /// <param name="reference">How it is named.</param>
    /// <param name="digests">Its names by digest, as the engine keeps them, such as <c>nginx@sha256:...</c></param>
    public static string? DigestOf(string reference, IEnumerable<string> digests)
    {
        var repository = Familiar(Parse(reference).Repository);
        return digests.Select(Parse).FirstOrDefault(one => Familiar(one.Repository) == repository) is { Tag: { } digest } && digest.Contains(':', StringComparison.Ordinal) ? digest : null;
    }

    /// <summary>What is told of an image, as in <see cref="TaskUpdate.Image"/>.</summary>
    /// <param name="reference">How it is named.</param>
    /// <param name="digest">Its digest; null: it has none.</param>
    public static string Told(string reference, string? digest) => digest is null ? reference : $"{reference}@{digest}";

    /// <summary>The same text for all ways to write one image.</summary>
    public static string Normalize(string reference)
    {
        var image = Parse(reference);
        return $"{Familiar(image.Repository)}{(image.Tag.Contains(':', StringComparison.Ordinal) ? '@' : ':')}{image.Tag}";
    }

    // docker.io/library/nginx is what the engine calls nginx.
    private static string Familiar(string repository)
    {
        foreach (var prefix in (string[])["index.docker.io/", "docker.io/", "library/"])
            repository = repository.StartsWith(prefix, StringComparison.Ordinal) ? repository[prefix.Length..] : repository;
        return repository;
    }

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
