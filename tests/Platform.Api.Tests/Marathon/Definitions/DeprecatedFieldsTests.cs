using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Marathon.Definitions;

public sealed class DeprecatedFieldsTests
{
    [Fact]
    public void Ports_become_port_definitions() =>
        Definition.Read(Definition.With("\"ports\":[8080,0]")).PortDefinitions.ShouldBe([new PortDefinition { Port = 8080 }, new PortDefinition()]);

    [Fact]
    public void No_ports_means_no_port() => Definition.Read(Definition.With("\"ports\":[]")).PortDefinitions.ShouldBeEmpty();

    [Fact]
    public void Uris_become_fetch_and_only_archives_are_extracted() =>
        Definition.Read(Definition.With("\"uris\":[\"http://x/a.tgz\",\"http://x/b.jar\",\"file:///c.tar.gz?v=1\"]")).Fetch.ShouldBe(
        [
            new FetchSpec { Uri = "http://x/a.tgz", Extract = true },
            new FetchSpec { Uri = "http://x/b.jar", Extract = false },
            new FetchSpec { Uri = "file:///c.tar.gz?v=1", Extract = true },
        ]);

    [Fact]
    public void A_docker_bridge_becomes_a_bridge_network_with_port_mappings()
    {
        var app = Definition.Read(Definition.With("""
            "container":{"type":"DOCKER","docker":{"image":"nginx","network":"BRIDGE","portMappings":[{"containerPort":80,"protocol":"tcp"}]}}
            """));
        app.Networks.ShouldBe([new NetworkSpec { Mode = NetworkMode.Bridge }]);
        // A mapping of a bridge without a host port gets any.
        app.Container!.PortMappings.ShouldBe([new PortMapping { ContainerPort = 80, HostPort = 0, ServicePort = 0 }]);
        app.PortDefinitions.ShouldBeEmpty();
        var docker = Definition.WriteJson(app).GetProperty("container").GetProperty("docker");
        docker.TryGetProperty("network", out _).ShouldBeFalse();
        docker.TryGetProperty("portMappings", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_docker_user_network_takes_its_name_from_ip_address() =>
        Definition.Read(Definition.With("""
            "container":{"type":"DOCKER","docker":{"image":"nginx","network":"USER"}},"ipAddress":{"networkName":"dcos","labels":{"a":"b"}}
            """)).Networks.ShouldBe([new NetworkSpec { Mode = NetworkMode.Container, Name = "dcos", Labels = Platform.Core.Collections.ValueMap.Create(("a", "b")) }]);

    [Fact]
    public void An_ip_address_alone_gives_a_container_with_the_ports_of_its_discovery()
    {
        var app = Definition.Read(Definition.With("""
            "ipAddress":{"networkName":"foo","discovery":{"ports":[{"number":80,"name":"http","protocol":"tcp"}]}}
            """));
        app.Container!.Type.ShouldBe("MESOS");
        app.Container.PortMappings.ShouldBe([new PortMapping { ContainerPort = 80, Name = "http", ServicePort = 0 }]);
        app.Networks[0].Name.ShouldBe("foo");
    }

    [Fact]
    public void A_container_network_needs_no_container_and_gets_one_mapping()
    {
        var app = Definition.Read(Definition.With("\"networks\":[{\"name\":\"foo\",\"mode\":\"container\"}]"));
        app.Container!.PortMappings.ShouldBe([new PortMapping { Name = "default", ServicePort = 0 }]);
    }

    [Fact]
    public void Mappings_on_the_host_network_are_dropped() =>
        Definition.Read(Definition.With("\"container\":{\"type\":\"MESOS\",\"portMappings\":[{\"containerPort\":80}]}")).Container!.PortMappings.ShouldBeEmpty();

    [Fact]
    public void An_unnamed_container_network_takes_the_default_name() =>
        Definition.Read(Definition.With("\"networks\":[{\"mode\":\"container\"}]"), new() { DefaultNetworkName = "bar" }).Networks[0].Name.ShouldBe("bar");

    [Theory]
    [InlineData("\"ports\":[1],\"portDefinitions\":[{\"port\":2}]", "/: cannot specify both ports and port definitions")]
    [InlineData("\"ports\":[1,1]", "/: ports must be unique")]
    [InlineData("\"uris\":[\"http://x/a\"],\"fetch\":[{\"uri\":\"http://x/b\"}]", "/uris: may not be set in conjunction with fetch")]
    [InlineData("\"uris\":[\"http://x/a b\"]", "/uris(0): URI has invalid syntax.")]
    [InlineData("\"ipAddress\":{\"networkName\":\"a\"},\"ports\":[1]", "/: cannot specify both an IP address and port")]
    [InlineData("\"container\":{\"type\":\"DOCKER\",\"portMappings\":[],\"docker\":{\"image\":\"a\",\"network\":\"BRIDGE\",\"portMappings\":[{\"containerPort\":1}]}}", "/container/portMappings: cannot specify both portMappings and docker.portMappings")]
    [InlineData("\"ipAddress\":{\"networkName\":\"a\",\"discovery\":{\"ports\":[{\"number\":1,\"name\":\"x\"}]}},\"container\":{\"type\":\"MESOS\",\"portMappings\":[]}", "/container/portMappings: container.portMappings and ipAddress.discovery.ports must not both be set")]
    [InlineData("\"ipAddress\":{},\"networks\":[{\"mode\":\"host\"}]", "/: must not specify both networks and ipAddress")]
    [InlineData("\"container\":{\"type\":\"DOCKER\",\"docker\":{\"image\":\"a\",\"network\":\"HOST\"}},\"networks\":[{\"mode\":\"host\"}]", "/: must not specify both container.docker.network and networks")]
    [InlineData("\"container\":{\"type\":\"DOCKER\",\"docker\":{\"image\":\"a\",\"network\":\"NONE\"}}", "/container/docker/network: unsupported docker network type NONE")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"docker\":{\"image\":\"a\",\"parameters\":[{\"key\":\"a\",\"value\":\"b\"}]}}", "/container/docker/parameters: must be empty")]
    [InlineData("\"container\":{\"type\":\"DOCKER\",\"docker\":{\"image\":\"a\",\"network\":\"USER\"}},\"ipAddress\":{\"networkName\":\"a\",\"discovery\":{\"ports\":[]}}", "/ipAddress: ipAddress/discovery is not allowed for Docker containers")]
    public void What_contradicts_itself_is_refused(string members, string problem) => Definition.TryRead(Definition.With(members)).Problems.ShouldContain(problem);
}
