using Platform.Core.Frameworks;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Registry;

/// <summary>Tasks of frameworks as endpoints.</summary>
public sealed class FrameworkEndpointsTests
{
    private static readonly FrameworkDiscovery Discovery = new() { Name = "task", DiscoveryName = "broker", Host = "10.0.0.1", Ports = [new() { HostPort = 31005, Name = "client" }] };

    private static readonly FrameworkTaskState Running = new()
    {
        TaskId = "t",
        PlaceId = "t.1",
        AgentId = "x-S1",
        State = TaskState.Running,
        Resources = Resources.Parse("cpus:1"),
        Discovery = Discovery,
    };

    [Theory]
    [InlineData("kafka", "broker", "task", "broker.kafka")]
    [InlineData("Kafka Prod", null, "task", "task.kafkaprod")]
    [InlineData("kafka", null, "", null)]
    [InlineData("!", "broker", "task", null)]
    public void A_service_is_the_name_that_is_asked_for_below_the_framework(string framework, string? discovery, string name, string? service) =>
        FrameworkEndpoints.ServiceOf(framework, new() { Name = name, DiscoveryName = discovery }).ShouldBe(service);

    [Theory]
    // killed, has a check, its word: state
    [InlineData(false, false, null, EndpointState.Ready)]
    [InlineData(false, true, null, EndpointState.Waiting)]
    [InlineData(false, true, true, EndpointState.Ready)]
    [InlineData(false, false, false, EndpointState.Waiting)]
    [InlineData(true, true, true, EndpointState.Draining)]
    public void A_task_is_given_work_when_it_is_healthy_and_not_being_killed(bool isKilled, bool hasCheck, bool? isHealthy, EndpointState state)
    {
        var task = Running.With(new() { Id = "1", Status = new() { TaskId = "t", Owner = "o", State = TaskState.Running, Healthy = isHealthy } });
        FrameworkEndpoints.Of("kafka", task with { IsKilled = isKilled, Discovery = Discovery with { HasHealthCheck = hasCheck } }, "o")!.State.ShouldBe(state);
    }

    [Fact]
    public void Only_what_runs_and_is_to_be_found_is_there()
    {
        FrameworkEndpoints.Of("kafka", Running with { State = TaskState.Staging }, "o").ShouldBeNull();
        FrameworkEndpoints.Of("kafka", Running with { State = TaskState.Unreachable }, "o").ShouldBeNull();
        FrameworkEndpoints.Of("kafka", Running with { Discovery = null }, "o").ShouldBeNull();
    }

    [Fact]
    public void A_task_with_a_network_of_its_own_has_the_addresses_that_are_reported()
    {
        var task = Running.With(new() { Id = "1", Status = new() { TaskId = "t", Owner = "o", State = TaskState.Running, IpAddresses = ["172.17.0.2"] } });
        FrameworkEndpoints.Of("kafka", task, "o")!.TaskAddresses.ShouldBe(["10.0.0.1"]);
        var own = FrameworkEndpoints.Of("kafka", task with { Discovery = Discovery with { HasOwnNetwork = true } }, "o")!;
        (own.TaskAddresses[0], own.AgentAddresses[0]).ShouldBe(("172.17.0.2", "10.0.0.1"));
    }

    [Fact]
    public void Names_are_those_of_Mesos_DNS()
    {
        var names = new MesosDnsNames().OfTask(FrameworkEndpoints.Of("kafka", Running, "o")!).Select(record => record.Name).Distinct().ToList();
        names.ShouldContain("broker.kafka.mesos.");
        names.ShouldContain("_client._broker._tcp.kafka.mesos.");
        names.ShouldContain($"broker-{TaskIdHash.Of("t")}-s1.kafka.mesos.");
    }
}
