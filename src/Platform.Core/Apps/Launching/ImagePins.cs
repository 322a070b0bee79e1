using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>
/// What the images of a definition were when they were pulled first: all instances of one version of configuration run the same bytes, whatever
/// their tags mean later. A new version, a restart too, looks anew.
/// </summary>
public static class ImagePins
{
    /// <summary>Notes the digest of an image, if none is noted, and lets go of versions that nothing is made from any more.</summary>
    /// <param name="pins">Digests by version of configuration and reference.</param>
    /// <param name="version">The version of configuration that ran.</param>
    /// <param name="image">The image as the definition names it and its digest, with an @ between.</param>
    /// <param name="kept">The versions of configuration that instances are or may be made from.</param>
    /// <returns>The same if nothing is new.</returns>
    public static ValueMap<string> Learn(ValueMap<string> pins, string version, string image, IEnumerable<string> kept)
    {
        if (image.LastIndexOf('@') is not (> 0 and var at))
            return pins;
        var (key, digest, reference) = (Key(version, image[..at]), image[(at + 1)..], image[..at]);
        // One that is named by its digest needs no other.
        if (pins.ContainsKey(key) || reference.Contains('@', StringComparison.Ordinal))
            return pins;
        var versions = kept.Append(version).ToHashSet(StringComparer.Ordinal);
        return pins.Where(pin => versions.Contains(pin.Key[..pin.Key.IndexOf(' ', StringComparison.Ordinal)])).Append(new(key, digest)).ToValueMap();
    }

    /// <summary>The tasks with the images that their version is pinned to.</summary>
    public static TaskBuild Apply(TaskBuild build, string version, ValueMap<string> pins) =>
        pins.IsEmpty ? build : build with { Tasks = build.Tasks.Select(task => Apply(task, version, pins)).ToValueList() };

    private static TaskSpec Apply(TaskSpec task, string version, ValueMap<string> pins) =>
        task.Image is { Digest: null } image && pins.Find(Key(version, image.Reference)) is { } digest ? task with { Image = image with { Digest = digest } } : task;

    private static string Key(string version, string reference) => $"{version} {reference}";
}
