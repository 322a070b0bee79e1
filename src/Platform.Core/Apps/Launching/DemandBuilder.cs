using System.Collections.Immutable;
using System.Globalization;
using Platform.Core.Placement;

namespace Platform.Core.Apps;

/// <summary>Makes the demand for places of an app's instances.</summary>
public static class DemandBuilder
{
    /// <summary>The demand for new instances.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="owner">The owner text of the app.</param>
    /// <param name="demandId">Unique for ever.</param>
    /// <param name="taskIds">The ids of the tasks.</param>
    /// <param name="wanted">How many instances the app shall have in all.</param>
    public static Demand Build(AppTarget target, string owner, string demandId, ImmutableArray<string> taskIds, int wanted)
    {
        var spec = target.Spec;
        var extension = spec.Extension;
        return new()
        {
            Id = demandId,
            Owner = owner,
            Role = spec.Role,
            Priority = extension?.Priority ?? AppExtension.DefaultPriority,
            Count = taskIds.Length,
            TaskIds = taskIds,
            Shape = Shape(spec),
            Constraints = [.. ((IEnumerable<ConstraintSpec>)spec.Constraints).Select(Constraint)],
            Preferences = extension is null ? [] : [.. ((IEnumerable<PreferenceSpec>)extension.Preferences).Select(Preference)],
            Strategy = extension?.Placement switch
            {
                "binpack" => PlacementStrategy.BinPack,
                "spread" => PlacementStrategy.Spread,
                _ => PlacementStrategy.Default,
            },
            Tolerations = [.. Tolerations(spec)],
            NodePool = extension?.Pool ?? NodePools.Default,
            GangSize = extension?.Gang == true ? taskIds.Length : 0,
            SystemApp = extension?.System == true,
            AcceptedResourceRoles = [.. spec.AcceptedResourceRoles.AsSpan()],
            Containerizer = NeedsDocker(spec) ? Containerizers.Docker : Containerizers.Process,
            DisruptionBudget = extension?.DisruptionBudget,
            KillGrace = TimeSpan.FromSeconds(spec.TaskKillGracePeriodSeconds ?? 3),
            OwnerInstances = wanted,
            TellsNoRoom = true,
        };
    }

    /// <summary>The demand for a parked instance: on its agent, where its volumes are.</summary>
    /// <inheritdoc cref="Build"/>
    /// <param name="target">The definition.</param>
    /// <param name="owner">The owner text of the app.</param>
    /// <param name="demandId">Unique for ever.</param>
    /// <param name="taskId">The id of the task.</param>
    /// <param name="agentId">The agent with the volumes.</param>
    /// <param name="wanted">How many instances the app shall have in all.</param>
    /// <param name="volumes">The instance's volumes. Default none: only its agent counts.</param>
    public static Demand BuildPinned(
        AppTarget target, string owner, string demandId, string taskId, string agentId, int wanted, IEnumerable<PersistentVolume>? volumes = null)
    {
        var demand = Build(target, owner, demandId, [taskId], wanted);
        return demand with { PinnedAgent = agentId, ExistingVolumes = [.. (volumes ?? []).Select(volume => volume.Id)], GangSize = 0, Shape = demand.Shape with { Volumes = [] } };
    }

    /// <summary>The taints that an app's tasks tolerate.</summary>
    internal static IEnumerable<Toleration> Tolerations(AppSpec spec) => (spec.Extension?.Tolerations ?? default).Select(Toleration);

    private static TaskShape Shape(AppSpec spec)
    {
        var volumes = ImmutableArray.CreateBuilder<VolumeRequest>();
        foreach (var (name, persistent) in PersistentVolumes(spec))
        {
            var kind = persistent.Type switch { "path" => VolumeKind.Path, "mount" => VolumeKind.Mount, _ => VolumeKind.Root };
            volumes.Add(Request(kind, name, persistent));
        }
        return new()
        {
            Scalars = ScalarAmounts.Of((decimal)spec.Cpus, (decimal)spec.Mem, (decimal)spec.Disk, spec.Gpus),
            DynamicPorts = AppPorts.DynamicCount(spec),
            StaticPorts = AppPorts.Static(spec),
            Revocable = spec.Extension?.Revocable == true,
            Volumes = volumes.DrainToImmutable(),
        };
    }

    private static VolumeRequest Request(VolumeKind kind, string name, PersistentVolumeSpec volume) => new(kind, (decimal)volume.Size, name)
    {
        MaxSize = (decimal?)volume.MaxSize,
        Profile = volume.ProfileName,
        Paths = [.. ((IEnumerable<ConstraintSpec>)volume.Constraints).Select(Constraint)],
    };

    private static IEnumerable<(string Name, PersistentVolumeSpec Volume)> PersistentVolumes(AppSpec spec) => spec.Pod is { } pod
        ? pod.Volumes.Where(volume => volume.Persistent is not null).Select(volume => (volume.Name, volume.Persistent!))
        : (spec.Container?.Volumes ?? default).Where(volume => volume.Persistent is not null).Select(volume => (volume.ContainerPath, volume.Persistent!));

    private static bool NeedsDocker(AppSpec spec) =>
        spec.Container?.Docker is { Image.Length: > 0 } || (spec.Pod is { } pod && pod.Containers.Any(container => container.Image is not null));

    private static Constraint Constraint(ConstraintSpec constraint) =>
        new(constraint.Field, ConstraintSyntax.OperatorOf(constraint.Operator) ?? throw new ArgumentException($"There is no operator {constraint.Operator}."), constraint.Value);

    private static Preference Preference(PreferenceSpec preference) => preference.Kind switch
    {
        "app" => Placement.Preference.ForOwner("app:" + preference.Target, preference.Weight),
        "spread" => Placement.Preference.ForSpread(preference.Target, Math.Clamp(preference.Weight, 1, 100), Targets(preference.Value)),
        // Without a value any agent that has the attribute is meant.
        _ => preference.Value is { } value
            ? Placement.Preference.ForAttribute(preference.Target, value, preference.Weight)
            : Placement.Preference.ForAttribute(preference.Target, ".*", preference.Weight) with { Operator = ConstraintOperator.Like },
    };

    private static ImmutableArray<SpreadTarget> Targets(string? shares)
    {
        if (string.IsNullOrWhiteSpace(shares))
            return [];
        var targets = ImmutableArray.CreateBuilder<SpreadTarget>();
        foreach (var share in shares.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = share.LastIndexOf('=');
            if (equals > 0 && int.TryParse(share.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
                targets.Add(new(share[..equals], percent));
        }
        return targets.DrainToImmutable();
    }

    private static Toleration Toleration(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new(text) : new(text[..equals], text[(equals + 1)..]);
    }
}
