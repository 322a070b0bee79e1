using System.Net;
using System.Net.Sockets;
using Platform.Core.Allocation;
using Platform.Core.Collections;

namespace Platform.Core.Maintenance;

/// <summary>Which machines will be away, and which are away now. Rules and texts are those of Mesos 1.11.</summary>
/// <remarks>A machine that is in no window is up. One that is scheduled is draining until an operator takes it down, and up again when an operator says so.</remarks>
[GenerateSerializer, Immutable, Alias("Platform.MaintenancePlan")]
public sealed record MaintenancePlan
{
    /// <summary>Nothing is scheduled.</summary>
    public static MaintenancePlan Empty { get; } = new();

    /// <summary>The schedule.</summary>
    [Id(0)] public ValueList<ScheduledWindow> Windows { get; init; }

    /// <summary>Machines that are down; each is in a window.</summary>
    [Id(1)] public ValueList<MachineId> Down { get; init; }

    /// <summary>Machines that are scheduled and not down.</summary>
    public IEnumerable<MachineId> Draining => Windows.SelectMany(window => window.Machines).Where(machine => !Down.Contains(machine));

    /// <summary>When an agent will be away; null: it will not.</summary>
    public MaintenanceWindow? WindowOf(string hostname, string address) =>
        Windows.FirstOrDefault(window => window.Machines.Any(machine => machine.Has(hostname, address)))?.Unavailability;

    /// <summary>The machine that an agent is on if it is down; null: it is not.</summary>
    public MachineId? DownMachineOf(string hostname, string address) => Down.FirstOrDefault(machine => machine.Has(hostname, address));

    /// <summary>Replaces the schedule. Machines that are new in it begin to drain, those that are no longer in it are up.</summary>
    /// <param name="windows">The new schedule.</param>
    /// <param name="problems">Everything that is wrong; empty: nothing, and the result counts.</param>
    public MaintenancePlan Update(ValueList<ScheduledWindow> windows, out ValueList<string> problems)
    {
        var found = new List<string>();
        var seen = new HashSet<MachineId>();
        foreach (var window in windows)
        {
            if (window.Machines.IsEmpty)
                found.Add("List of machines in the maintenance window is empty");
            if (window.Unavailability.Duration < TimeSpan.Zero)
                found.Add("Unavailability 'duration' is negative");
            found.AddRange(ProblemsOf(window.Machines, seen));
        }
        found.AddRange(Down.Where(machine => !seen.Contains(machine)).Select(machine => $"Machine '{machine}' is deactivated and cannot be removed from the schedule"));
        problems = [.. found];
        return this with { Windows = windows };
    }

    /// <summary>Takes machines down.</summary>
    /// <param name="machines">Machines that drain.</param>
    /// <param name="problems">Everything that is wrong; empty: nothing, and the result counts.</param>
    public MaintenancePlan Start(ValueList<MachineId> machines, out ValueList<string> problems)
    {
        problems = ProblemsOf(machines, machine => Down.Contains(machine) ? "is not in DRAINING mode and cannot be brought down" : null);
        return this with { Down = [.. Down, .. machines] };
    }

    /// <summary>Brings machines up: they leave the schedule.</summary>
    /// <param name="machines">Machines that are down.</param>
    /// <param name="problems">Everything that is wrong; empty: nothing, and the result counts.</param>
    public MaintenancePlan Stop(ValueList<MachineId> machines, out ValueList<string> problems)
    {
        problems = ProblemsOf(machines, machine => Down.Contains(machine) ? null : "is not in DOWN mode and cannot be brought up");
        return new()
        {
            Windows =
            [
                .. Windows.Select(window => window with { Machines = [.. window.Machines.Where(machine => !machines.Contains(machine))] })
                    .Where(window => !window.Machines.IsEmpty),
            ],
            Down = [.. Down.Where(machine => !machines.Contains(machine))],
        };
    }

    private ValueList<string> ProblemsOf(ValueList<MachineId> machines, Func<MachineId, string?> mode)
    {
        if (machines.IsEmpty)
            return ["List of machines is empty"];
        var problems = ProblemsOf(machines, []).ToList();
        if (problems.Count > 0)
            return [.. problems];
        var scheduled = Windows.SelectMany(window => window.Machines).ToHashSet();
        return
        [
            .. machines.Select(machine => (Machine: machine, Problem: scheduled.Contains(machine) ? mode(machine) : "is not part of a maintenance schedule"))
                .Where(found => found.Problem is not null).Select(found => $"Machine '{found.Machine}' {found.Problem}"),
        ];
    }

    private static IEnumerable<string> ProblemsOf(ValueList<MachineId> machines, HashSet<MachineId> seen)
    {
        foreach (var machine in machines.AsEnumerable())
        {
            if (machine.Hostname.Length == 0 && machine.Ip.Length == 0)
                yield return "Both 'hostname' and 'ip' for a machine are empty";
            else if (machine.Ip.Length > 0 && !IsAddress(machine.Ip))
                yield return $"Failed to parse the IP '{machine.Ip}'";
            else if (!seen.Add(machine))
                yield return $"Machine '{machine}' appears more than once in the schedule";
        }
    }

    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;
}
