using System.Text.Json.Serialization;

namespace Platform.Core.Apps;

/// <summary>A definition that instances are made from.</summary>
/// <param name="Spec">The definition.</param>
/// <param name="Version">Its version.</param>
/// <param name="ConfigVersion">The version of its last change of anything but the number of instances. Instances with another one are old.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppTarget")]
public sealed record AppTarget(
    [property: Id(0)] AppSpec Spec,
    [property: Id(1)] string Version,
    [property: Id(2)] string ConfigVersion)
{
    /// <summary>The app's top-level group enforces its role, which instances are told.</summary>
    [Id(3)] public bool EnforceRole { get; init; }

    /// <summary>The app's instances own volumes on their agents and so come back to them.</summary>
    [JsonIgnore]
    public bool IsResident => HasPersistentVolume(Spec);

    /// <summary>At most one instance may exist at any time (Marathon's label <c>MARATHON_SINGLE_INSTANCE_APP</c>).</summary>
    [JsonIgnore]
    public bool IsSingleInstance => Spec.Labels.Find("MARATHON_SINGLE_INSTANCE_APP") == "true";

    private static bool HasPersistentVolume(AppSpec spec)
    {
        if (spec.Container is { } container)
        {
            foreach (var volume in container.Volumes)
            {
                if (volume.Persistent is not null)
                    return true;
            }
        }
        return spec.Pod is { } pod && pod.Volumes.Any(volume => volume.Persistent is not null);
    }
}
