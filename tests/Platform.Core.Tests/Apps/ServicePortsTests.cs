using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Tests.Apps;

public sealed class ServicePortsTests
{
    private static AppSpec App(params int[] ports) =>
        new() { Id = "/a", PortDefinitions = ports.Select(port => new PortDefinition { Port = port }).ToValueList() };

    [Fact]
    public void The_lowest_free_numbers_are_given()
    {
        var taken = new HashSet<int> { 10, 12 };
        ServicePorts.Of(ServicePorts.Assign(App(0, 0), null, taken, first: 10, last: 20)!).ShouldBe([11, 13]);
        taken.ShouldBe([10, 11, 12, 13], ignoreOrder: true);
    }

    [Fact]
    public void Numbers_that_the_app_chose_stay_and_are_not_given_twice() =>
        ServicePorts.Of(ServicePorts.Assign(App(0, 10, 0), null, new HashSet<int>(), first: 10, last: 20)!).ShouldBe([11, 10, 12]);

    [Fact]
    public void An_app_keeps_the_numbers_that_it_had() =>
        // 15 is the app's own; 3 is outside of the range and was its own choice.
        ServicePorts.Of(ServicePorts.Assign(App(0, 0), App(3, 15), new HashSet<int> { 3, 15 }, first: 10, last: 20)!).ShouldBe([15, 10]);

    [Fact]
    public void Mappings_of_a_container_have_service_ports_too()
    {
        var app = App() with { Container = new() { PortMappings = [new PortMapping { ContainerPort = 80, ServicePort = 0 }, new PortMapping { ServicePort = 5 }] } };
        ServicePorts.NeedsAssignment(app).ShouldBeTrue();
        var assigned = ServicePorts.Assign(app, null, new HashSet<int>(), first: 10, last: 20)!;
        assigned.Container!.PortMappings.ShouldBe([new PortMapping { ContainerPort = 80, ServicePort = 10 }, new PortMapping { ServicePort = 5 }]);
    }

    [Fact]
    public void Nothing_is_given_when_the_range_is_used_up() =>
        ServicePorts.Assign(App(0, 0), null, new HashSet<int> { 10 }, first: 10, last: 11).ShouldBeNull();

    [Fact]
    public void An_app_without_open_ports_is_left_as_it_is()
    {
        var app = App(1, 2);
        ServicePorts.Assign(app, null, new HashSet<int>()).ShouldBeSameAs(app);
    }
}
