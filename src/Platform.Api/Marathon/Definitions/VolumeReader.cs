using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads a volume; which kind it is shows in the member that only this kind has, and without one it is a host volume.</summary>
internal static partial class VolumeReader
{
    [GeneratedRegex(@"^[a-z0-9]+(?:[._-][a-z0-9]+)*$")]
    private static partial Regex Label { get; }

    [GeneratedRegex(@"^[a-z0-9]+(?:[._-][a-z0-9]+)*/[a-zA-Z0-9]+(?:[._-][a-zA-Z0-9]+)*$")]
    private static partial Regex OptionKey { get; }

    public static AppVolume? Read(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } volume)
            return null;
        volume.Require("containerPath");
        var path = volume.Text("containerPath", 1) ?? "";
        if (volume.Has("secret"))
            return new() { ContainerPath = path, Secret = volume.Text("secret", 1) ?? "" };

        var mode = volume.Choice("mode", "RO", "RW") ?? "RW";
        if (volume.Object("persistent") is { } persistent)
            return new() { ContainerPath = path, Mode = mode, Persistent = ReadPersistent(persistent) };
        if (volume.Object("external") is { } external)
        {
            CheckExternal(external);
            return new() { ContainerPath = path, Mode = mode, ExternalJson = CanonicalJson.Of(external.Element) };
        }
        volume.Require("hostPath");
        return new() { ContainerPath = path, Mode = mode, HostPath = volume.Text("hostPath", 1) ?? "" };
    }

    public static PersistentVolumeSpec ReadPersistent(JsonObjectReader volume)
    {
        volume.Require("size");
        var profile = volume.Text("profileName");
        return new()
        {
            Type = volume.Choice("type", "root", "path", "mount") ?? (profile is null ? "root" : "mount"),
            Size = volume.Long("size", 0, (long)Bounds.Resource) ?? 0,
            MaxSize = volume.Long("maxSize", 0, (long)Bounds.Resource),
            ProfileName = profile,
            Constraints = volume.List("constraints", PlacementReader.ReadConstraint, unique: true) ?? default,
        };
    }

    private static void CheckExternal(JsonObjectReader volume)
    {
        var provider = volume.Text("provider");
        if (provider == "csi")
        {
            volume.Require("name");
            volume.Text("name", 1);
            volume.Require("options");
            if (volume.Object("options") is { } options)
            {
                options.Require("pluginName");
                options.Text("pluginName", 1);
                options.Require("capability");
            }
            return;
        }
        if (string.IsNullOrEmpty(volume.Text("name")))
            volume.Rule("name", "must not be empty");
        if (provider is null)
            volume.Rule("provider", "not defined");
        else if (!Label.IsMatch(provider))
            volume.Rule("provider", "must fully match regular expression '" + Label + "'");
        else if (provider != "dvdi")
            volume.Rule("provider", "is unknown provider");
        volume.Long("size", 0, (long)Bounds.Resource);
        volume.Flag("shared");
        foreach (var key in (volume.TextMap("options") ?? default).Keys)
        {
            if (!OptionKey.IsMatch(key))
                volume.Problems.Rule($"{volume.At("options")}/\"{key}\"", "must fully match regular expression '" + OptionKey + "'");
        }
    }
}
