using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>A pod with persistent volumes keeps what its reservations were made for (Marathon, PodsValidation.residentUpdateIsValid).</summary>
internal static class ResidentPodRules
{
    public static void CheckUpdate(AppSpec from, AppSpec to, string path, JsonProblems problems)
    {
        if (from.Pod is null || !PodRules.IsResident(from) && !PodRules.IsResident(to))
            return;
        if (!Volumes(from).SequenceEqual(Volumes(to)))
            problems.Rule(path, "persistent volumes cannot be updated");
        CheckSame(from.Cpus, to.Cpus, "cpus");
        CheckSame(from.Mem, to.Mem, "mem");
        CheckSame(from.Disk, to.Disk, "disk");
        CheckSame(from.Gpus, to.Gpus, "gpus");
        if (!HostPorts(from).SetEquals(HostPorts(to)))
            problems.Rule(path, "host ports cannot be updated if a pod has persistent volumes");
        if (!PodRules.IsResident(to) && to.UpgradeStrategy.MaximumOverCapacity != 0)
            problems.Rule(path + "/upgradeStrategy/maximumOverCapacity", $"got {AppRules.Text(to.UpgradeStrategy.MaximumOverCapacity)}, expected 0.0");

        void CheckSame(double before, double after, string name)
        {
            if (before != after)
                problems.Rule(path, $"{name} cannot be updated if a pod has persistent volumes");
        }
    }

    private static IEnumerable<PodVolumeSpec> Volumes(AppSpec app) =>
        app.Pod!.Volumes.Where(volume => volume.Persistent is not null).OrderBy(volume => volume.Name, StringComparer.Ordinal);

    private static HashSet<int> HostPorts(AppSpec app) => [.. AppPorts.Endpoints(app.Pod!).Select(endpoint => endpoint.HostPort).OfType<int>()];
}
