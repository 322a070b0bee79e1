using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.State;

/// <summary>Reads the cluster for all who ask: those who come while it is read share the next reading, and nothing is made anew of what has not changed.</summary>
internal sealed class PictureReader(IGrainFactory grains, TimeProvider time)
{
    private const int MostCompletedFrameworks = 50;

    private readonly AppTasks _apps = new();
    private readonly FrameworkTasks _frameworks = new();
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private Task<ClusterPicture>? _running;
    private Task<ClusterPicture>? _next;
    private object[] _sources = [];
    private ValueMap<Resources> _reservations;
    private ClusterPicture? _last;

    /// <summary>The cluster as it is now. The same object as before when nothing has changed.</summary>
    public Task<ClusterPicture> ReadAsync()
    {
        lock (_lock)
            return _next ??= NextAsync(_running);
    }

    /// <summary>One framework as it is now; null: there is none with that id.</summary>
    public async Task<PictureFramework?> ReadFrameworkAsync(string id) =>
        await grains.GetGrain<IFrameworkGrain>(id).GetStatusAsync() is { } framework ? _frameworks.Of(framework) : null;

    /// <summary>The tasks of one app or pod as they are now.</summary>
    public async Task<IReadOnlyList<PictureTask>> ReadAppAsync(string id) => await grains.GetGrain<IAppGrain>(id).ReadAsync() is { } app ? _apps.Of(app) : [];

    private async Task<ClusterPicture> NextAsync(Task<ClusterPicture>? before)
    {
        await Task.Yield();
        if (before is not null)
            await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _running = _next;
            _next = null;
        }
        return await ReadNowAsync();
    }

    private async Task<ClusterPicture> ReadNowAsync()
    {
        var agentIds = await grains.ListAsync(DirectoryKinds.Agents);
        var frameworkIds = await grains.ListAsync(DirectoryKinds.Frameworks);
        var definitions = await grains.GetGrain<IGroupGrain>(AppPath.Root).GetAppsAsync(AppPath.Root) ?? default;
        var reservations = await grains.GetGrain<IAllocatorGrain>(0).GetReservationsAsync();
        var agents = await Task.WhenAll(agentIds.Select(id => grains.GetGrain<IAgentGrain>(id).GetStatusAsync()));
        var frameworks = await Task.WhenAll(frameworkIds.Select(id => grains.GetGrain<IFrameworkGrain>(id).GetStatusAsync()));
        var apps = await Task.WhenAll(definitions.Keys.Select(id => grains.GetGrain<IAppGrain>(id).ReadAsync()));

        // Snapshots never change: the same ones make the same picture.
        object[] sources = [.. agents.OfType<object>(), .. frameworks.OfType<object>(), .. apps.OfType<object>()];
        if (_last is { } last && sources.Length == _sources.Length && sources.AsSpan().SequenceEqual(_sources, ReferenceEqualityComparer.Instance)
            && reservations == _reservations)
            return last;
        var picture = Make([.. agents.OfType<AgentStatus>()], reservations, [.. frameworks.OfType<FrameworkStatus>()], [.. apps.OfType<AppStatus>()]);
        (_sources, _reservations, _last) = (sources, reservations, picture);
        return picture;
    }

    private ClusterPicture Make(IReadOnlyList<AgentStatus> agents, ValueMap<Resources> reservations, IReadOnlyList<FrameworkStatus> frameworks, IReadOnlyList<AppStatus> apps)
    {
        var all = new List<PictureFramework>();
        if (apps.Count > 0)
            all.Add(Marathon(apps));
        all.AddRange(frameworks.Where(framework => framework.RemovedAt is null).Select(_frameworks.Of));
        all.AddRange(frameworks.Where(framework => framework.RemovedAt is not null).OrderByDescending(framework => framework.RemovedAt).Take(MostCompletedFrameworks).Select(_frameworks.Of));
        var offers = frameworks.SelectMany(framework => framework.Offers).ToLookup(offer => offer.AgentId, offer => offer.Resources.Unallocate(), StringComparer.Ordinal);
        return new(
            [.. agents.OrderBy(agent => agent.Registration.AgentId, StringComparer.Ordinal).Select(agent => new PictureAgent(
                agent,
                Total(agent.Registration.Resources, reservations.Find(agent.Registration.AgentId)),
                PictureFramework.Sum(agent.Tasks.Where(task => !task.Status.State.IsTerminal()).Select(task => task.Resources)),
                PictureFramework.Sum(offers[agent.Registration.AgentId])))],
            all);
    }

    // As the allocator keeps it: plain resources became reserved ones and volumes.
    private static Resources Total(Resources reported, Resources? made)
    {
        foreach (var resource in made ?? Resources.Empty)
        {
            var plain = Resources.Of(resource with
            {
                Reservations = [.. resource.Reservations.Where(level => level.Type == ReservationType.Static)],
                Disk = resource.Disk?.Source is { } source ? new() { Source = source } : null,
                Shared = false,
                Copies = 1,
            });
            if (reported.Contains(plain))
                reported = reported.Minus(plain).Plus(Resources.Of(resource));
        }
        return reported;
    }

    // The scheduler of apps and pods is a part of the control plane; to clients of Mesos it is the framework that they know.
    private PictureFramework Marathon(IReadOnlyList<AppStatus> apps)
    {
        var info = new Wire.FrameworkInfo
        {
            User = "root",
            Name = "marathon",
            Id = new() { Value = AppScheduler.FrameworkId },
            FailoverTimeout = TimeSpan.FromDays(7).TotalSeconds,
            Checkpoint = true,
            Hostname = Environment.MachineName,
        };
        foreach (var type in (Wire.FrameworkInfo.Types.Capability.Types.Type[])
        [
            Wire.FrameworkInfo.Types.Capability.Types.Type.TaskKillingState, Wire.FrameworkInfo.Types.Capability.Types.Type.GpuResources,
            Wire.FrameworkInfo.Types.Capability.Types.Type.PartitionAware, Wire.FrameworkInfo.Types.Capability.Types.Type.MultiRole,
            Wire.FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement, Wire.FrameworkInfo.Types.Capability.Types.Type.RegionAware,
        ])
        {
            info.Capabilities.Add(new Wire.FrameworkInfo.Types.Capability { Type = type });
        }
        info.Roles.Add(apps.Select(app => app.Target.Spec.Role).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return new() { Info = info, IsConnected = true, RegisteredAt = _start, Tasks = [.. apps.SelectMany(_apps.Of)], Executors = [.. apps.SelectMany(_apps.ExecutorsOf)] };
    }
}
