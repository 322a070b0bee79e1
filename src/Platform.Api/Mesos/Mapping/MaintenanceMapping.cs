using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Maintenance in Mesos' words.</summary>
internal static class MaintenanceMapping
{
    // A tick is 100 nanoseconds.
    private const long TickNanoseconds = 100;

    public static ValueList<ScheduledWindow> Read(Wire.Maintenance.Schedule schedule) => [.. schedule.Windows.Select(window => new ScheduledWindow(
        Read(window.MachineIds),
        new MaintenanceWindow(
            DateTimeOffset.UnixEpoch.AddTicks(window.Unavailability.Start.Nanoseconds / TickNanoseconds),
            window.Unavailability.Duration is { } duration ? TimeSpan.FromTicks(duration.Nanoseconds / TickNanoseconds) : null)))];

    public static ValueList<MachineId> Read(IEnumerable<Wire.MachineID> machines) => [.. machines.Select(machine => new MachineId(machine.Hostname, machine.Ip))];

    public static Wire.Maintenance.Schedule ToWire(MaintenancePlan plan) => new()
    {
        Windows =
        {
            plan.Windows.Select(window => new Wire.Maintenance.Window
            {
                MachineIds = { window.Machines.Select(ToWire) },
                Unavailability = OfferMapping.Unavailability(window.Unavailability),
            }),
        },
    };

    /// <summary>Which machines drain, with what frameworks answered that were asked to leave, and which are down.</summary>
    public static Wire.Maintenance.ClusterStatus Status(MaintenancePlan plan, ValueList<InverseOfferAnswer> answers) => new()
    {
        DrainingMachines =
        {
            plan.Draining.Select(machine => new Wire.Maintenance.ClusterStatus.Types.DrainingMachine
            {
                Id = ToWire(machine),
                Statuses = { answers.Where(answer => machine.Has(answer.Hostname, answer.Address)).Select(ToWire) },
            }),
        },
        DownMachines = { plan.Down.Select(ToWire) },
    };

    private static Wire.Allocator.InverseOfferStatus ToWire(InverseOfferAnswer answer) => new()
    {
        Status = answer.Accepted ? Wire.Allocator.InverseOfferStatus.Types.Status.Accept : Wire.Allocator.InverseOfferStatus.Types.Status.Decline,
        FrameworkId = new() { Value = FrameworkOwner.IdOf(answer.FrameworkId) ?? answer.FrameworkId },
        Timestamp = StatusMapping.Time(answer.At),
    };

    private static Wire.MachineID ToWire(MachineId machine)
    {
        var wire = new Wire.MachineID();
        if (machine.Hostname.Length > 0)
            wire.Hostname = machine.Hostname;
        if (machine.Ip.Length > 0)
            wire.Ip = machine.Ip;
        return wire;
    }
}
