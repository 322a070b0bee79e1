using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Pods;

/// <summary>What makes a definition one of a pod: containers that run on one agent under one placement, start together and end together.</summary>
/// <remarks>
/// All that pods have in common with apps (path, number of instances, constraints, upgrade, backoff, role, networks, environment, secrets ...) is in the
/// <see cref="AppSpec"/> that holds this. Its resources are the sums over the containers and the executor.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Platform.PodSpec")]
public sealed record PodSpec
{
    /// <summary>The containers, at least one.</summary>
    [Id(0)] public ValueList<PodContainerSpec> Containers { get; init; }

    /// <summary>Volumes that containers mount by name.</summary>
    [Id(1)] public ValueList<PodVolumeSpec> Volumes { get; init; }

    /// <summary>Linux settings as given (a JSON object), kept and echoed; null: none.</summary>
    [Id(2)] public string? LinuxInfoJson { get; init; }

    /// <summary>All containers in one cgroup; kept and echoed. Default false.</summary>
    [Id(3)] public bool LegacySharedCgroups { get; init; }

    /// <summary>Names the containers of the pod's resources: their sum and that of the executor.</summary>
    /// <param name="spec">The definition; its own resources and kill grace are replaced.</param>
    public static AppSpec WithTotals(AppSpec spec)
    {
        var pod = spec.Pod ?? throw new ArgumentException("The definition is not one of a pod.", nameof(spec));
        var executor = spec.ExecutorResources ?? new();
        // As decimals: 0.1 + 0.2 shall be 0.3.
        decimal cpus = (decimal)executor.Cpus, mem = (decimal)executor.Mem, disk = (decimal)executor.Disk;
        var gpus = 0;
        double? grace = null;
        foreach (var container in pod.Containers)
        {
            cpus += (decimal)container.Cpus;
            mem += (decimal)container.Mem;
            disk += (decimal)container.Disk;
            gpus += container.Gpus;
            if (container.KillGracePeriodSeconds is { } seconds)
                grace = Math.Max(grace ?? 0, seconds);
        }
        return spec with { Cpus = (double)cpus, Mem = (double)mem, Disk = (double)disk, Gpus = gpus, TaskKillGracePeriodSeconds = grace };
    }
}
