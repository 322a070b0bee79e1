using Platform.Api.Mesos.Mapping;
using Platform.Core;
using Platform.Mesos.Protocol;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>How tasks of schedulers ask to be found.</summary>
public sealed class DiscoveryMappingTests
{
    [Fact]
    public void Ports_of_the_DiscoveryInfo_come_first_and_others_that_are_held_are_hidden()
    {
        var read = DiscoveryMapping.Read(
            Task("""{"name":"broker","labels":{"labels":[{"key":"a","value":"info"},{"key":"b","value":"info"}]},"ports":{"ports":[{"number":31005,"name":"client","protocol":"tcp"},{"number":9092,"labels":{"labels":[{"key":"VIP_0","value":"/broker:9092"}]}}]}}"""),
            Resources.Parse("cpus:1;ports:[31005-31006]"))!;
        read.DiscoveryName.ShouldBe("broker");
        read.Name.ShouldBe("node-0");
        read.Ports.Select(port => (port.Name, port.Protocol, port.HostPort, port.ContainerPort, port.IsHidden)).ShouldBe(
            [("client", "tcp", 31005, 0, false), (null, "", 0, 9092, false), (null, "tcp", 31006, 0, true)]);
        read.Ports[1].Labels["VIP_0"].ShouldBe("/broker:9092");
        // The task's own labels count more.
        (read.Labels["a"], read.Labels["b"]).ShouldBe(("task", "info"));
    }

    [Fact]
    public void A_DiscoveryInfo_without_a_name_is_none()
    {
        var read = DiscoveryMapping.Read(Task("""{"ports":{"ports":[{"number":1}]}}"""), Resources.Parse("cpus:1;ports:[31005-31005]"));
        read.DiscoveryName.ShouldBeNull();
        read.Ports.Select(port => (port.HostPort, port.IsHidden)).ShouldBe([(31005, false)]);
    }

    [Fact]
    public void What_has_neither_a_name_nor_ports_has_an_address_under_the_name_of_its_task()
    {
        var read = DiscoveryMapping.Read(Task("{}"), Resources.Parse("cpus:1"));
        (read.Name, read.DiscoveryName, read.Ports.IsEmpty).ShouldBe(("node-0", null, true));
    }

    [Fact]
    public void A_port_that_is_there_twice_does_no_harm() =>
        TaskMapping.Read(Task("""{"name":"broker","ports":{"ports":[{"number":31005},{"number":31005}]}}""")).Discovery!.Ports.Count.ShouldBe(1);

    private static Wire.TaskInfo Task(string discovery) => MesosJson.Parse<Wire.TaskInfo>(
        $$$"""{"name":"node-0","task_id":{"value":"t"},"agent_id":{"value":"a"},"command":{"value":"true"},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}],"labels":{"labels":[{"key":"a","value":"task"}]},"discovery":{"visibility":"CLUSTER",{{{discovery[1..]}}}}""".Replace(",}", "}", StringComparison.Ordinal));
}
