using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;

namespace Platform.Core.Tests.Maintenance;

/// <summary>What may be scheduled, and when machines go down and come up.</summary>
public sealed class MaintenancePlanTests
{
    private static readonly MaintenanceWindow Soon = new(DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1));
    private static readonly MachineId A = new("a", "10.0.0.1");
    private static readonly MachineId B = new("b", "10.0.0.2");

    private static ScheduledWindow Window(params MachineId[] machines) => new([.. machines], Soon);

    private static MaintenancePlan Scheduled(params ScheduledWindow[] windows)
    {
        var plan = MaintenancePlan.Empty.Update([.. windows], out var problems);
        problems.ShouldBeEmpty();
        return plan;
    }

    private static MaintenancePlan Down(MaintenancePlan plan, params MachineId[] machines)
    {
        plan = plan.Start([.. machines], out var problems);
        problems.ShouldBeEmpty();
        return plan;
    }

    [Fact]
    public void Scheduled_machines_drain_go_down_and_leave_the_schedule_when_they_come_up()
    {
        var plan = Scheduled(Window(A, B));
        plan.Draining.ShouldBe([A, B]);
        plan = Down(plan, A);
        plan.Draining.ShouldBe([B]);
        plan.Down.ShouldBe([A]);
        plan = plan.Stop([A], out var problems);
        problems.ShouldBeEmpty();
        plan.ShouldBe(Scheduled(Window(B)));
        plan = Down(plan, B).Stop([B], out problems);
        problems.ShouldBeEmpty();
        plan.ShouldBe(MaintenancePlan.Empty);
    }

    [Fact]
    public void All_that_is_wrong_with_a_schedule_is_told()
    {
        MaintenancePlan.Empty.Update(
            [
                Window(), Window(A, new("", "")), Window(B, new("A", "10.0.0.1")), Window(new MachineId("c", "10.0.0")), Window(new MachineId("d", "::1")),
                new([new("e", "")], new(DateTimeOffset.UnixEpoch, TimeSpan.FromTicks(-1))),
            ],
            out var problems);
        problems.ShouldBe(
        [
            "List of machines in the maintenance window is empty",
            "Both 'hostname' and 'ip' for a machine are empty",
            """Machine '{"hostname":"A","ip":"10.0.0.1"}' appears more than once in the schedule""",
            "Failed to parse the IP '10.0.0'",
            "Failed to parse the IP '::1'",
            "Unavailability 'duration' is negative",
        ]);
    }

    [Fact]
    public void A_machine_that_is_down_stays_in_the_schedule()
    {
        var plan = Down(Scheduled(Window(A), Window(B)), A);
        plan.Update([Window(B)], out var problems);
        problems.ShouldBe(["""Machine '{"hostname":"a","ip":"10.0.0.1"}' is deactivated and cannot be removed from the schedule"""]);
        // With another window, and B is up again.
        var later = new ScheduledWindow([A], new(DateTimeOffset.UnixEpoch.AddDays(1)));
        plan = plan.Update([later], out problems);
        problems.ShouldBeEmpty();
        plan.Down.ShouldBe([A]);
        plan.Draining.ShouldBeEmpty();
        plan.WindowOf("a", "10.0.0.1").ShouldBe(later.Unavailability);
    }

    [Fact]
    public void Only_machines_that_drain_go_down_and_only_those_that_are_down_come_up()
    {
        var plan = Down(Scheduled(Window(A, B)), A);
        Problems(plan, [], start: true).ShouldBe(["List of machines is empty"]);
        Problems(plan, [new("c", "")], start: true).ShouldBe(["""Machine '{"hostname":"c"}' is not part of a maintenance schedule"""]);
        Problems(plan, [A], start: true).ShouldBe(["""Machine '{"hostname":"a","ip":"10.0.0.1"}' is not in DRAINING mode and cannot be brought down"""]);
        Problems(plan, [B, B], start: true).ShouldBe(["""Machine '{"hostname":"b","ip":"10.0.0.2"}' appears more than once in the schedule"""]);
        Problems(plan, [], start: false).ShouldBe(["List of machines is empty"]);
        Problems(plan, [new("", "10.0.0.9"), B], start: false).ShouldBe(
            ["""Machine '{"ip":"10.0.0.9"}' is not part of a maintenance schedule""", """Machine '{"hostname":"b","ip":"10.0.0.2"}' is not in DOWN mode and cannot be brought up"""]);
    }

    private static ValueList<string> Problems(MaintenancePlan plan, ValueList<MachineId> machines, bool start)
    {
        _ = start ? plan.Start(machines, out var problems) : plan.Stop(machines, out problems);
        return problems;
    }

    [Theory]
    [InlineData("a", "10.0.0.1", "A", "10.0.0.1", true)]
    [InlineData("a", "10.0.0.1", "a", "10.0.0.2", false)]
    [InlineData("a", "10.0.0.1", "b", "10.0.0.1", false)]
    [InlineData("a", "", "a", "10.0.0.7", true)]
    [InlineData("", "10.0.0.1", "any", "10.0.0.1", true)]
    [InlineData("", "", "any", "10.0.0.1", false)]
    public void An_agent_is_on_a_machine_that_has_its_name_and_address(string hostname, string ip, string agentHostname, string address, bool expected) =>
        new MachineId(hostname, ip).Has(agentHostname, address).ShouldBe(expected);
}
