using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>An app with persistent volumes keeps what its reservations were made for, with Marathon's messages.</summary>
internal static class ResidentRules
{
    private const string ResourcesChanged =
        "Services with persistent volumes configured may not change resource requirements. If you need to make this change, please create a new service.";

    public static void CheckUpdate(AppSpec from, AppSpec to, string path, JsonProblems problems)
    {
        if (!ContainerRules.IsResident(from) && !ContainerRules.IsResident(to))
            return;
        if (!Volumes(from).SequenceEqual(Volumes(to)))
            problems.Rule(path, "Persistent volumes can not be changed!");
        CheckSame(from.Cpus, to.Cpus, path + "/cpus", problems);
        CheckSame(from.Mem, to.Mem, path + "/mem", problems);
        CheckSame(from.Disk, to.Disk, path + "/disk", problems);
        CheckSame(from.Gpus, to.Gpus, path + "/gpus", problems);
        if (from.RequirePorts != to.RequirePorts)
            problems.Rule(path + "/requirePorts", ResourcesChanged);
        if (!HostPorts(from).ToHashSet().SetEquals(HostPorts(to)))
            problems.Rule(path, "Services with persistent volumes configured may not change host ports. If you need to make this change, please create a new service.");
    }

    private static void CheckSame(double from, double to, string at, JsonProblems problems)
    {
        if (from != to)
            problems.Rule(at, ResourcesChanged);
    }

    private static IEnumerable<AppVolume> Volumes(AppSpec app) =>
        (app.Container?.Volumes ?? default).Where(v => v.Persistent is not null).OrderBy(v => v.ContainerPath, StringComparer.Ordinal);

    private static IEnumerable<int> HostPorts(AppSpec app) =>
        app.Container is { PortMappings.IsEmpty: false } container
            ? container.PortMappings.Where(m => m.HostPort is not null).Select(m => m.HostPort!.Value)
            : app.RequirePorts ? app.PortDefinitions.Select(p => p.Port) : [];
}
