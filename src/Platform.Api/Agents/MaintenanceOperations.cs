using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Contracts.Maintenance;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;
using Platform.Core.Security;

namespace Platform.Api.Agents;

/// <summary>What an operator does about the maintenance of machines, for surfaces in the same process: what Mesos' calls do, with the same checks.</summary>
public sealed class MaintenanceOperations(IGrainFactory grains)
{
    private IMaintenanceGrain Maintenance => grains.GetGrain<IMaintenanceGrain>(0);

    /// <summary>The schedule, and which machines are down.</summary>
    public Task<MaintenancePlan> PlanAsync()
    {
        AccessScope.Current.Demand(AccessAction.Read, ResourceId.Operations("slave"));
        return Maintenance.GetAsync();
    }

    /// <summary>Says when a machine will be away; in place of what was said of it before.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="window">When.</param>
    /// <exception cref="OperationRefusedException">It is down already.</exception>
    public async Task ScheduleAsync(MachineId machine, MaintenanceWindow window)
    {
        Demand();
        Refuse(machine, await Maintenance.UpdateAsync([.. Without(await Maintenance.GetAsync(), machine), new([machine], window)]));
    }

    /// <summary>A machine will not be away after all.</summary>
    /// <exception cref="OperationRefusedException">It is down.</exception>
    public async Task UnscheduleAsync(MachineId machine)
    {
        Demand();
        Refuse(machine, await Maintenance.UpdateAsync([.. Without(await Maintenance.GetAsync(), machine)]));
    }

    /// <summary>Takes a machine down that is scheduled: its agents are sent away, with all tasks.</summary>
    /// <exception cref="OperationRefusedException">It is not scheduled, or down.</exception>
    public async Task TakeDownAsync(MachineId machine)
    {
        Demand();
        Refuse(machine, await Maintenance.StartAsync([machine]));
    }

    /// <summary>Lets the agents of a machine in again; it leaves the schedule.</summary>
    /// <exception cref="OperationRefusedException">It is not down.</exception>
    public async Task BringUpAsync(MachineId machine)
    {
        Demand();
        Refuse(machine, await Maintenance.StopAsync([machine]));
    }

    private static IEnumerable<ScheduledWindow> Without(MaintenancePlan plan, MachineId machine) =>
        plan.Windows.AsEnumerable().Select(window => window with { Machines = [.. window.Machines.Where(other => other != machine)] }).Where(window => !window.Machines.IsEmpty);

    private static void Demand() => AccessScope.Current.Demand(AccessAction.Update, ResourceId.Operations("slave"));

    private static void Refuse(MachineId machine, ValueList<string> problems)
    {
        if (!problems.IsEmpty)
            throw new OperationRefusedException("It is not possible", machine.Hostname, string.Join("; ", problems.AsEnumerable()));
    }
}
