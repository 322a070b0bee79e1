using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Marathon's rules for containers and volumes, with its messages.</summary>
internal static class ContainerRules
{
    /// <summary>It has persistent volumes, so that its instances are bound to their agents.</summary>
    public static bool IsResident(AppSpec app) => app.Container is { } container && container.Volumes.Any(v => v.Persistent is not null);

    public static void Check(AppSpec app, string path, JsonProblems problems)
    {
        if (app.Container is not { } container)
            return;
        var at = path + "/container";
        if (container.Type == "DOCKER")
        {
            if (container.Docker is null)
                problems.Rule(at + "/docker", "not defined");
            else if (container.Docker.PullConfigSecret is not null)
                problems.Rule(at + "/docker/pullConfig", "pullConfig is not supported with Docker containerizer");
            if (app.Check is not null)
                problems.Rule(path, "AppDefinition must not use 'checks' if using docker");
        }
        else if (container.Docker?.PullConfigSecret is { } secret && !app.Secrets.ContainsKey(secret))
        {
            problems.Rule(at + "/docker/pullConfig", "pullConfig.secret must refer to an existing secret");
        }
        for (var i = 0; i < container.Volumes.Count; i++)
            CheckVolume(container.Volumes[i], $"{at}/volumes({i})", app, container, problems);
        var names = container.Volumes.Where(v => v.Persistent is not null).Select(v => v.ContainerPath).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            problems.Rule(at + "/volumes", "Persistent volumes must have different container paths");
        var external = container.Volumes.Where(v => v.ExternalJson is not null).Select(v => ExternalName(v.ExternalJson!)).OfType<string>().ToList();
        if (external.Distinct(StringComparer.Ordinal).Count() != external.Count)
            problems.Rule(at + "/volumes", "Volume names must be unique");
    }

    private static void CheckVolume(AppVolume volume, string at, AppSpec app, ContainerSpec container, JsonProblems problems)
    {
        if (volume.Secret is { } secret && !app.Secrets.ContainsKey(secret))
            problems.Rule(at, "volume.secret must refer to an existing secret");
        if (volume.Persistent is { } persistent)
            CheckPersistent(volume, persistent, at, problems);
        if (volume.ExternalJson is { } external)
            CheckExternal(volume, external, at, container, problems);
    }

    private static void CheckPersistent(AppVolume volume, PersistentVolumeSpec persistent, string at, JsonProblems problems)
    {
        if (volume.ContainerPath is "." or "..")
            problems.Rule(at + "/containerPath", "can not be one of (.,..)");
        if (volume.ContainerPath.Contains('/', StringComparison.Ordinal))
            problems.Rule(at + "/containerPath", "value must not contain \"/\"");
        if (volume.Mode != "RW")
            problems.Rule(at + "/mode", $"got {volume.Mode}, expected RW");
        CheckPersistent(persistent, at + "/persistent", problems);
    }

    public static void CheckPersistent(PersistentVolumeSpec persistent, string info, JsonProblems problems)
    {
        if (persistent.Size <= 0)
            problems.Rule(info + "/size", $"got {persistent.Size:0}, expected more than 0");
        if (persistent is { Type: "root", Constraints.IsEmpty: false })
            problems.Rule(info, "Constraints on root volumes are not supported");
        if (persistent.MaxSize is not null && persistent.Type != "mount")
            problems.Rule(info, "Only mount volumes can have maxSize");
        if (persistent.MaxSize <= persistent.Size)
            problems.Rule(info, "Max size must be larger than size");
        for (var i = 0; i < persistent.Constraints.Count; i++)
            ConstraintRules.CheckVolume(persistent.Constraints[i], $"{info}/constraints({i})", problems);
    }

    private static string? ExternalName(string external)
    {
        using var document = JsonDocument.Parse(external);
        return new JsonObjectReader(document.RootElement, "", new()).Text("name");
    }

    /// <summary>The parts of an external volume that depend on the container; the rest was checked when it was read.</summary>
    private static void CheckExternal(AppVolume volume, string external, string at, ContainerSpec container, JsonProblems problems)
    {
        using var document = JsonDocument.Parse(external);
        var info = new JsonObjectReader(document.RootElement, at + "/external", new());
        if (info.Text("provider") != "dvdi")
            return;
        if (volume.ContainerPath is "." or "..")
            problems.Rule(at + "/containerPath", "can not be one of (.,..)");
        if (!(info.TextMap("options") ?? default).ContainsKey("dvdi/driver"))
            problems.Rule(at + "/external/options(\"dvdi/driver\")", "not defined");
        if (container.Type == "DOCKER" && info.Has("size"))
            problems.Rule(at + "/external/size", "must be undefined for Docker containers");
    }
}
