using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Jobs;
using Platform.Core.Pods;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Registry;

public class LabelWarningsTests
{
    private static readonly AppSpec Web = new() { Id = "/web", PortDefinitions = [new() { Port = 0, Name = "http" }, new() { Port = 0, Labels = ValueMap.Create(("VIP_0", "nowhere"), ("INGRESS_a/b", "x")) }] };

    private static readonly CommandSpec Command = new() { Shell = "true" };

    [Fact]
    public void Each_label_that_cannot_be_read_is_told_once_with_its_place_and_what_to_write()
    {
        var warnings = LabelWarnings.Of(Web with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "not a host!"), ("HAPROXY_0_SSL_CERT", "web pem"), ("HAPROXY_7_PATH", "/x"), ("colour", "blue")) });
        warnings.Select(warning => warning.Path).ShouldBe(
            ["/labels/HAPROXY_0_VHOST", "/labels/HAPROXY_0_SSL_CERT", "/labels/HAPROXY_7_PATH", "/portDefinitions/1/labels/INGRESS_a~1b", "/portDefinitions/1/labels/VIP_0"], ignoreOrder: true, customMessage: string.Join('\n', warnings));
        warnings.Single(warning => warning.Path == "/labels/HAPROXY_7_PATH").Message.ShouldBe("label HAPROXY_7_PATH: there is no port 7; the app has 2");
        warnings.ShouldAllBe(warning => warning.Message.Contains(';'));
    }

    [Fact]
    public void Ports_of_containers_and_of_pods_are_told_where_they_stand()
    {
        var labels = ValueMap.Create(("VIP_0", "nowhere"));
        LabelWarnings.Of(new AppSpec { Id = "/c", Container = new() { Docker = new() { Image = "x" }, PortMappings = [new() { ContainerPort = 80, Labels = labels }] }, Networks = [new() { Mode = NetworkMode.Bridge }] })
            .ShouldHaveSingleItem().Path.ShouldBe("/container/portMappings/0/labels/VIP_0");
        var pod = new PodSpec { Containers = [new() { Name = "a" }, new() { Name = "b", Endpoints = [new() { Name = "http", HostPort = 0, Labels = labels }] }] };
        LabelWarnings.Of(new AppSpec { Id = "/p", Pod = pod }).ShouldHaveSingleItem().Path.ShouldBe("/containers/1/endpoints/0/labels/VIP_0");
    }

    [Fact]
    public void Those_of_jobs_are_told_with_their_ports_whether_these_are_described_or_only_counted()
    {
        var labels = ValueMap.Create(("HAPROXY_0_VHOST", "not a host!"), ("HAPROXY_2_PATH", "/x"));
        var job = new JobSpec { Id = "nightly", Labels = labels, Task = new() { Command = Command, Ports = 2, NamedPorts = [new(), new() { Labels = ValueMap.Create(("VIP_0", "nowhere")) }] } };
        LabelWarnings.Of(job).Select(warning => warning.Path).ShouldBe(["/labels/HAPROXY_0_VHOST", "/labels/HAPROXY_2_PATH", "/task/ports/1/labels/VIP_0"], ignoreOrder: true);
        LabelWarnings.Of(job with { Task = new() { Command = Command, Ports = 3 } }).ShouldHaveSingleItem().Path.ShouldBe("/labels/HAPROXY_0_VHOST");
        LabelWarnings.Of(new JobSpec { Id = "nightly", Task = new() { Command = Command, Ports = 1 }, Labels = ValueMap.Create(("colour", "blue")) }).ShouldBeEmpty();
    }

    [Fact]
    public void Those_of_tasks_of_frameworks_are_told_where_TaskInfo_has_them()
    {
        var discovery = new FrameworkDiscovery
        {
            Name = "broker",
            Labels = ValueMap.Create(("HAPROXY_0_VHOST", "not a host!"), ("colour", "blue")),
            Ports = [new() { HostPort = 31000 }, new() { HostPort = 31001, Labels = ValueMap.Create(("VIP_0", "nowhere")) }],
        };
        LabelWarnings.Of("kafka", discovery).Select(warning => warning.Path).ShouldBe(["/labels/HAPROXY_0_VHOST", "/discovery/ports/ports/1/labels/VIP_0"], ignoreOrder: true);
        LabelWarnings.Of("kafka", new() { Name = "broker", Ports = [new() { HostPort = 31000 }] }).ShouldBeEmpty();
    }

    [Fact]
    public void A_warning_is_told_once_of_all_tasks_of_one_name()
    {
        var (told, one, other) = (new ToldWarnings(), new LabelWarning("/labels/a", "wrong"), new LabelWarning("/labels/b", "wrong"));
        told.Take("broker", [one]).ShouldBe([one]);
        told.Take("broker", [one, other]).ShouldBe([other]);
        told.Take("broker", [one, other]).ShouldBeEmpty();
        told.Take("other", [one]).ShouldBe([one]);
        // A framework with a name for each task does not fill the memory: the oldest are forgotten.
        for (var i = 0; i < ToldWarnings.Most - 2; i++)
            told.Take($"task {i}", [one]).ShouldBe([one]);
        told.Take("other", [one]).ShouldBeEmpty();
        told.Take("broker", [one]).ShouldBe([one]);
    }

    [Fact]
    public void What_can_be_read_is_not_told() =>
        LabelWarnings.Of(new AppSpec { Id = "/web", PortDefinitions = [new() { Labels = ValueMap.Create(("VIP_0", "/web:80")) }], Labels = ValueMap.Create(("HAPROXY_0_VHOST", "web.test"), ("HAPROXY_GROUP", "external")) }).ShouldBeEmpty();
}
