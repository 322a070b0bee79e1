using System.Text.Json;
using Platform.Core.Apps;
using Platform.Core.Pods;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodDefaultsTests
{
    [Fact]
    public void A_pod_that_says_little_has_the_defaults_of_marathon()
    {
        var shown = JsonElement.Parse(PodText.Write(PodText.Read("""{"id":"/p","containers":[{"name":"one","exec":{"command":{"shell":"a"}},"resources":{}}]}""")));
        JsonElement.DeepEquals(shown, JsonElement.Parse("""
            {
                "id": "/p",
                "containers": [
                    { "name": "one", "exec": { "command": { "shell": "a" } }, "resources": { "cpus": 1, "mem": 128, "disk": 0, "gpus": 0 } }
                ],
                "scaling": { "kind": "fixed", "instances": 1 },
                "scheduling": {
                    "backoff": { "backoff": 1, "backoffFactor": 1.15, "maxLaunchDelay": 300 },
                    "upgrade": { "minimumHealthCapacity": 1, "maximumOverCapacity": 1 },
                    "placement": {},
                    "killSelection": "YOUNGEST_FIRST",
                    "unreachableStrategy": { "inactiveAfterSeconds": 0, "expungeAfterSeconds": 0 }
                },
                "executorResources": { "cpus": 0.1, "mem": 32, "disk": 10 },
                "role": "*"
            }
            """)).ShouldBeTrue(shown.ToString());
    }

    [Fact]
    public void Every_member_of_a_definition_is_kept()
    {
        const string Whole = """
            {
                "id": "/shop/web", "labels": { "a": "b" }, "user": "nobody",
                "environment": { "A": "1", "S": { "secret": "s" } },
                "containers": [
                    {
                        "name": "nginx", "exec": { "command": { "argv": ["/bin/x", "y"] }, "overrideEntrypoint": true },
                        "resources": { "cpus": 0.5, "mem": 64, "disk": 5, "gpus": 1 }, "resourceLimits": { "cpus": "unlimited", "mem": 128 },
                        "endpoints": [{ "name": "web", "containerPort": 80, "hostPort": 0, "protocol": ["tcp", "udp"], "labels": { "VIP_0": "1.2.3.4:80" }, "networkNames": ["dcos"] }],
                        "linuxInfo": { "ipcInfo": { "mode": "PRIVATE", "shmSize": 16 }, "seccomp": { "unconfined": true } },
                        "image": { "kind": "DOCKER", "id": "nginx:1", "pullConfig": { "secret": "s" }, "forcePull": true, "labels": { "os": "linux" } },
                        "environment": { "B": "2" }, "user": "www",
                        "healthCheck": {
                            "http": { "endpoint": "web", "path": "/h", "scheme": "HTTPS" },
                            "gracePeriodSeconds": 1, "intervalSeconds": 3, "maxConsecutiveFailures": 4, "timeoutSeconds": 2, "delaySeconds": 5
                        },
                        "check": { "tcp": { "endpoint": "web" }, "intervalSeconds": 7, "timeoutSeconds": 8, "delaySeconds": 9 },
                        "volumeMounts": [{ "name": "data", "mountPath": "data", "readOnly": true }, { "name": "key", "mountPath": "key", "readOnly": false }],
                        "artifacts": [{ "uri": "http://x/a.tgz", "extract": false, "executable": true, "cache": true, "destPath": "d" }],
                        "labels": { "c": "d" }, "lifecycle": { "killGracePeriodSeconds": 12.5 }, "tty": true,
                        "platform": { "role": "sidecar", "preStop": "echo bye" }
                    },
                    {
                        "name": "main", "exec": { "command": { "shell": "sleep 1" } }, "resources": { "cpus": 0.1, "mem": 32, "disk": 0, "gpus": 0 },
                        "healthCheck": {
                            "exec": { "command": { "argv": ["true"] } },
                            "gracePeriodSeconds": 300, "intervalSeconds": 60, "maxConsecutiveFailures": 3, "timeoutSeconds": 20, "delaySeconds": 15
                        },
                        "volumeMounts": [{ "name": "host", "mountPath": "h", "readOnly": false }, { "name": "tmp", "mountPath": "t", "readOnly": false }]
                    }
                ],
                "secrets": { "s": { "source": "/a/b" } },
                "volumes": [
                    { "name": "data", "persistent": { "type": "root", "size": 10, "constraints": [] } }, { "name": "key", "secret": "s" },
                    { "name": "host", "host": "/etc" }, { "name": "tmp" }
                ],
                "networks": [{ "mode": "container", "name": "dcos", "labels": { "n": "m" } }],
                "scaling": { "kind": "fixed", "instances": 3 },
                "scheduling": {
                    "backoff": { "backoff": 0.5, "backoffFactor": 2, "maxLaunchDelay": 60 },
                    "upgrade": { "minimumHealthCapacity": 0.5, "maximumOverCapacity": 0 },
                    "placement": { "constraints": [{ "fieldName": "rack", "operator": "LIKE", "value": "r.*" }, { "fieldName": "hostname", "operator": "UNIQUE" }], "acceptedResourceRoles": ["*"] },
                    "killSelection": "OLDEST_FIRST", "unreachableStrategy": "disabled"
                },
                "executorResources": { "cpus": 0.2, "mem": 64, "disk": 20 }, "role": "shop",
                "linuxInfo": { "ipcInfo": { "mode": "SHARE_PARENT" } },
                "platform": { "priority": 7 }
            }
            """;
        var shown = JsonElement.Parse(PodText.Write(PodText.Read(Whole)));
        JsonElement.DeepEquals(shown, JsonElement.Parse(Whole)).ShouldBeTrue(shown.ToString());
    }

    [Fact]
    public void A_pod_holds_what_its_containers_and_its_executor_hold()
    {
        var pod = PodText.Read("""
            {"id":"/p","executorResources":{"cpus":0.2},"containers":[
                {"name":"a","resources":{"cpus":0.1,"mem":32,"disk":1},"lifecycle":{"killGracePeriodSeconds":5}},
                {"name":"b","resources":{"cpus":0.2,"mem":16.5,"gpus":2},"lifecycle":{"killGracePeriodSeconds":7}}]}
            """);
        // 0.2 + 0.1 + 0.2 and 32 + 32 + 16.5 and 10 + 1
        (pod.Cpus, pod.Mem, pod.Disk, pod.Gpus, pod.TaskKillGracePeriodSeconds).ShouldBe((0.5, 80.5, 11, 2, 7));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("\"networks\":[{\"mode\":\"host\"}]", 0)]
    [InlineData("\"networks\":[{\"mode\":\"container/bridge\"}]", 0)]
    [InlineData("\"networks\":[{\"mode\":\"container\",\"name\":\"n\"}]", null)]
    public void An_endpoint_has_a_host_port_unless_the_pod_has_a_network_of_its_own(string networks, int? port)
    {
        var container = networks.Contains("\"name\"", StringComparison.Ordinal) ? "\"containerPort\":80," : "";
        var pod = PodText.Read(PodText.WithContainer($$"""
            "endpoints":[{{{container}}"name":"web"}]
            """, networks));
        AppPorts.Endpoints(pod.Pod!).Single().HostPort.ShouldBe(port);
    }

    [Fact]
    public void A_container_network_without_a_name_is_the_default_one()
    {
        const string Unnamed = "\"networks\":[{\"mode\":\"container\"}]";
        PodText.Read(PodText.With(Unnamed), new() { DefaultNetworkName = "dcos" }).Networks.Single().Name.ShouldBe("dcos");
        PodText.Problem(PodText.With(Unnamed)).ShouldBe("/networks: Network name must be specified when container network is selected.");
    }

    [Fact]
    public void A_pod_with_persistent_volumes_is_bound_to_its_agents()
    {
        var pod = PodText.Read(PodText.WithContainer("\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"v\"}]", "\"volumes\":[{\"name\":\"v\",\"persistent\":{\"size\":1}}]"));
        pod.UpgradeStrategy.ShouldBe(new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 });
        pod.UnreachableStrategy.ShouldBeNull();
    }

    [Fact]
    public void Constraints_may_be_arrays_as_those_of_apps()
    {
        var objects = PodText.Read(PodText.With("\"scheduling\":{\"placement\":{\"constraints\":[{\"fieldName\":\"rack\",\"operator\":\"max_per\",\"value\":\"2\"}]}}"));
        PodText.Read(PodText.With("\"scheduling\":{\"placement\":{\"constraints\":[[\"rack\",\"MAX_PER\",\"2\"]]}}")).ShouldBe(objects);
        objects.Constraints.Single().ShouldBe(new("rack", "MAX_PER", "2"));
    }

    [Fact]
    public void Init_and_sidecar_containers_are_told_in_the_object_of_the_platform()
    {
        var pod = PodText.Read($$"""
            {"id":"/p","containers":[{{PodText.Container("\"platform\":{\"role\":\"init\"}", "a")}},{{PodText.Container("", "b")}},{{PodText.Container("\"platform\":{\"role\":\"sidecar\",\"preStop\":\"x\"}", "c")}}]}
            """);
        pod.Pod!.Containers.Select(container => container.Role).ShouldBe([PodContainerRole.Init, PodContainerRole.Main, PodContainerRole.Sidecar]);
        pod.Pod.Containers[2].PreStop.ShouldBe("x");
    }

    [Fact]
    public void Members_that_nobody_knows_are_passed_over() =>
        PodText.Read(PodText.WithContainer("\"maxInstances\":5", "\"x\":{\"y\":1}")).ShouldBe(PodText.Read(PodText.WithContainer("")));
}
