using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Maintenance;
using Platform.Core.Collections;
using Platform.Core.Maintenance;
using Platform.Grains.Ownership;

namespace Platform.Grains.Maintenance;

/// <summary>Keeps the schedule of maintenance. The allocator is told of it, and agents of machines that are down are sent away.</summary>
/// <remarks>An agent that dials asks whether its machine is down, so that none slips in; those that are there are told.</remarks>
[KeepAlive, GrainType("platform.maintenance")]
public sealed partial class MaintenanceGrain(
    [PersistentState("maintenance", "platform")] IPersistentState<MaintenanceRecord> record,
    TimeProvider time,
    ILogger<MaintenanceGrain> logger) : Grain, IMaintenanceGrain
{
    private bool _isGone;

    private MaintenancePlan Plan => record.State.Plan;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // It may have ended between what it stored and what it told.
        if (!Plan.Windows.IsEmpty)
        {
            TellAllocator();
            this.RegisterGrainTimer(() => SendAwayAsync(Plan.Down), new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<MaintenancePlan> GetAsync() => Task.FromResult(Plan);

    /// <inheritdoc/>
    public Task<MachineId?> FindDownAsync(string hostname, string address) => Task.FromResult(Plan.DownMachineOf(hostname, address));

    /// <inheritdoc/>
    public Task AllocatorStartedAsync()
    {
        if (!Plan.Windows.IsEmpty)
            TellAllocator();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ValueList<string>> UpdateAsync(ValueList<ScheduledWindow> windows)
    {
        var next = Plan.Update(windows, out var problems);
        if (!problems.IsEmpty)
            return problems;
        await StoreAsync(next);
        LogScheduled(windows.Count, windows.Sum(window => window.Machines.Count));
        return default;
    }

    /// <inheritdoc/>
    public async Task<ValueList<string>> StartAsync(ValueList<MachineId> machines)
    {
        var next = Plan.Start(machines, out var problems);
        if (!problems.IsEmpty)
            return problems;
        await StoreAsync(next);
        LogDown(string.Join(", ", machines.AsEnumerable()));
        await SendAwayAsync(machines);
        return default;
    }

    /// <inheritdoc/>
    public async Task<ValueList<string>> StopAsync(ValueList<MachineId> machines)
    {
        var next = Plan.Stop(machines, out var problems);
        if (!problems.IsEmpty)
            return problems;
        await StoreAsync(next);
        LogUp(string.Join(", ", machines.AsEnumerable()));
        return default;
    }

    // What cannot be stored is not done.
    private async Task StoreAsync(MaintenancePlan next)
    {
        var before = Plan;
        record.State.Plan = next;
        try
        {
            await record.WriteStateAsync();
        }
        catch (StorageException)
        {
            record.State.Plan = before;
            throw;
        }
        TellAllocator();
    }

    private void TellAllocator()
    {
        var plan = Plan;
        Insistence.UntilHeardAsync(() => GrainFactory.GetGrain<IAllocatorGrain>(0).SetMaintenanceAsync(plan.Windows), () => !_isGone && plan == Plan, time, logger).Ignore();
    }

    private async Task SendAwayAsync(ValueList<MachineId> machines)
    {
        if (machines.IsEmpty)
            return;
        var ids = await GrainFactory.ListAsync(DirectoryKinds.Agents, time: time);
        await Task.WhenAll(ids.Select(async id =>
        {
            var agent = GrainFactory.GetGrain<IAgentGrain>(id);
            if (await agent.GetStatusAsync() is not { } status || Plan.DownMachineOf(status.Registration.Hostname, status.Registration.Address) is not { } machine || !machines.Contains(machine))
                return;
            // Whoever does not answer now hears it later.
            var telling = Insistence.UntilHeardAsync(() => agent.SendAwayAsync($"machine {machine} is down for maintenance"), () => !_isGone && Plan.Down.Contains(machine), time, logger);
            await Task.WhenAny(telling, Task.Delay(Insistence.Pause, time));
        }));
    }

    [LoggerMessage(LogLevel.Information, "Maintenance is scheduled: {Windows} windows with {Machines} machines")]
    private partial void LogScheduled(int windows, int machines);

    [LoggerMessage(LogLevel.Information, "Down for maintenance: {Machines}")]
    private partial void LogDown(string machines);

    [LoggerMessage(LogLevel.Information, "Up after maintenance: {Machines}")]
    private partial void LogUp(string machines);
}
