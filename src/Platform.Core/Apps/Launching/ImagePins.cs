using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>
/// What the images of a definition were when they were looked at first: all instances of one version of configuration run the same bytes, whatever
/// their tags mean later. A new version, a restart too, looks anew.
/// </summary>
/// <remarks>A pin is a digest, or empty for an image that has none because it came from no registry.</remarks>
public static class ImagePins
{
    /// <summary>Notes the digest of an image, if none is noted, and lets go of versions that nothing is made from any more.</summary>
    /// <param name="pins">Digests by version of configuration and reference.</param>
    /// <param name="version">The version of configuration that told it.</param>
    /// <param name="image">The image as the definition names it and its digest, with an @ between; without one it has none.</param>
    /// <param name="kept">The versions of configuration that instances are or may be made from.</param>
    /// <returns>The same if nothing is new.</returns>
    public static ValueMap<string> Learn(ValueMap<string> pins, string version, string image, IEnumerable<string> kept)
    {
        var (reference, digest) = Split(image);
        // One that is named by its digest needs no other.
        if (reference.Length == 0 || reference.Contains('@', StringComparison.Ordinal))
            return pins;
        var key = Key(version, reference);
        // Where one agent has an image of its own under this name, another may find one with a digest.
        if (pins.Find(key) is { } known && (known.Length > 0 || digest.Length == 0))
            return pins;
        var versions = kept.Append(version).ToHashSet(StringComparer.Ordinal);
        return pins.Where(pin => pin.Key != key && versions.Contains(pin.Key[..pin.Key.IndexOf(' ', StringComparison.Ordinal)])).Append(new(key, digest)).ToValueMap();
    }

    /// <summary>The tasks with the images that their version is pinned to; they find out the images of their version if some is not known yet.</summary>
    public static TaskBuild Apply(TaskBuild build, string version, ValueMap<string> pins)
    {
        if (build.Tasks.All(task => task.Image is null))
            return build;
        var tasks = build.Tasks.Select(task => Apply(task, version, pins)).ToValueList();
        return build with { Tasks = tasks, FindsOut = tasks.Any(task => IsUnknown(task, version, pins)) ? version : null };
    }

    /// <summary>True if an image is another one than its version is pinned to.</summary>
    /// <param name="pins">Digests by version of configuration and reference.</param>
    /// <param name="version">The version of configuration that told it.</param>
    /// <param name="image">As for <see cref="Learn"/>.</param>
    public static bool IsOther(ValueMap<string> pins, string version, string image)
    {
        var (reference, digest) = Split(image);
        return digest.Length > 0 && pins.Find(Key(version, reference)) is { Length: > 0 } known && known != digest;
    }

    private static TaskSpec Apply(TaskSpec task, string version, ValueMap<string> pins) =>
        task.Image is { Digest: null } image && pins.Find(Key(version, image.Reference)) is { Length: > 0 } digest ? task with { Image = image with { Digest = digest } } : task;

    private static bool IsUnknown(TaskSpec task, string version, ValueMap<string> pins) =>
        task.Image is { Digest: null } image && !image.Reference.Contains('@', StringComparison.Ordinal) && pins.Find(Key(version, image.Reference)) is null;

    private static (string Reference, string Digest) Split(string image) =>
        image.LastIndexOf('@') is >= 0 and var at ? (image[..at], image[(at + 1)..]) : (image, "");

    private static string Key(string version, string reference) => $"{version} {reference}";
}
