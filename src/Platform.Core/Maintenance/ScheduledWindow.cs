using Platform.Core.Allocation;
using Platform.Core.Collections;

namespace Platform.Core.Maintenance;

/// <summary>Machines that will be away together.</summary>
/// <param name="Machines">The machines; a machine is in one window only.</param>
/// <param name="Unavailability">When they will be away.</param>
[GenerateSerializer, Immutable, Alias("Platform.ScheduledWindow")]
public sealed record ScheduledWindow([property: Id(0)] ValueList<MachineId> Machines, [property: Id(1)] MaintenanceWindow Unavailability);
