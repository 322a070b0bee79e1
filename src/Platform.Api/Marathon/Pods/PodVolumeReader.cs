using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>Reads a pod's volume; which kind it is shows in the member that only this kind has, and without one it lives as long as the instance.</summary>
internal static class PodVolumeReader
{
    public static PodVolumeSpec? Read(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } volume)
            return null;
        var name = PodContainerReader.ReadName(volume, "name");
        if (volume.Object("persistent") is { } persistent)
        {
            var spec = VolumeReader.ReadPersistent(persistent);
            ContainerRules.CheckPersistent(spec, volume.At("persistent"), problems);
            return new() { Name = name, Persistent = spec };
        }
        if (volume.Has("secret"))
            return new() { Name = name, Secret = volume.Text("secret", 1) };
        return new() { Name = name, Host = volume.Text("host", 1) };
    }
}
