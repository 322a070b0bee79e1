using Platform.Api.Http;
using Platform.Api.Marathon.Pods;

namespace Platform.Api.Tests.Marathon.Pods;

/// <summary>Each rule of Marathon for pods: what breaks it, and what is said at which path.</summary>
public sealed class PodRulesTests
{
    private const string Bridge = "\"networks\":[{\"mode\":\"container/bridge\"}]";
    private const string Host = "\"networks\":[{\"mode\":\"host\"}]";
    private const string OneNetwork = "\"networks\":[{\"mode\":\"container\",\"name\":\"n1\"}]";
    private const string TwoNetworks = "\"networks\":[{\"mode\":\"container\",\"name\":\"n1\"},{\"mode\":\"container\",\"name\":\"n2\"}]";
    private const string Mount = "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"v\"}]";
    private const string Persistent = "\"volumes\":[{\"name\":\"v\",\"persistent\":{\"size\":1}}]";
    private const string NamePattern = "must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    [Theory]
    [InlineData("\"/\"", "/id: Path must contain at least one path element")]
    [InlineData("\"some/pod\"", "/id: Path needs to be absolute")]
    [InlineData("\"/some/tasks\"", "/id: must not end with any of the following reserved keywords: restart, tasks, versions, ., ..")]
    [InlineData("5", "/id: error.expected.jsstring")]
    [InlineData("null", "/id: error.expected.jsstring")]
    public void Ids(string id, string problem) => PodText.Problem($$"""{"id":{{id}},"containers":[{{PodText.Container("")}}]}""").ShouldBe(problem);

    [Theory]
    [InlineData("\"user\":\"\"", "/user: must not be empty")]
    [InlineData("\"labels\":5", "/labels: error.expected.jsobject")]
    [InlineData("\"environment\":{\"1A\":\"x\"}", "/environment/1A: must contain only alphanumeric chars or underscore, must not begin with a number, and must be 254 chars or less")]
    [InlineData("\"environment\":{\"A\":{\"secret\":\"s\"}}", "/environment/A/secret: references an undefined secret")]
    [InlineData("\"secrets\":{\"s\":{}}", "/secrets/s/source: error.path.missing")]
    [InlineData("\"version\":\"yesterday\"", "/version: error.expected.date.isoformat")]
    [InlineData("\"scaling\":{\"kind\":\"fixed\",\"instances\":-1}", "/scaling/instances: is less than 0")]
    [InlineData("\"scaling\":{\"kind\":\"elastic\"}", "/scaling/kind: error.unknown.enum.literal")]
    [InlineData("\"scaling\":{\"instances\":1}", "/scaling/kind: error.path.missing")]
    [InlineData("\"scheduling\":{\"backoff\":{\"backoff\":-1}}", "/scheduling/backoff/backoff: is less than 0")]
    [InlineData("\"scheduling\":{\"upgrade\":{\"maximumOverCapacity\":2}}", "/scheduling/upgrade/maximumOverCapacity: is greater than 1")]
    [InlineData("\"scheduling\":{\"killSelection\":\"RANDOM\"}", "/scheduling/killSelection: error.unknown.enum.literal")]
    [InlineData("\"scheduling\":{\"unreachableStrategy\":{\"inactiveAfterSeconds\":2,\"expungeAfterSeconds\":1}}", "/scheduling/unreachableStrategy/inactiveAfterSeconds: inactiveAfterSeconds (2) must be less or equal to expungeAfterSeconds, which is 1")]
    [InlineData("\"scheduling\":{\"placement\":{\"constraints\":[{\"fieldName\":\"rack\",\"operator\":\"MAX_PER\"}]}}", "/scheduling/placement/constraints(0): MAX_PER requires an integer value")]
    [InlineData("\"scheduling\":{\"placement\":{\"constraints\":[{\"fieldName\":\"\",\"operator\":\"CLUSTER\"}]}}", "/scheduling/placement/constraints(0): missing field for constraint declaration")]
    [InlineData("\"scheduling\":{\"placement\":{\"acceptedResourceRoles\":[\"dev\"]}}", "/acceptedResourceRoles: acceptedResourceRoles can only contain *")]
    [InlineData("\"executorResources\":{\"cpus\":0.01}", "/executorResources/cpus: is less than 0.1")]
    [InlineData("\"linuxInfo\":{\"seccomp\":{\"unconfined\":true}}", "/linuxInfo/seccomp: Seccomp configuration on executor level is not supported")]
    [InlineData("\"volumes\":[{\"name\":\"v\"}]", "/volumes(0): volume must be referenced by at least one container")]
    [InlineData("\"networks\":[{\"mode\":\"host\",\"name\":\"n\"}]", "/networks: Host networks may not have names or labels")]
    [InlineData("\"networks\":[{\"mode\":\"container/bridge\",\"name\":\"n\"}]", "/networks: Bridge networks may not have names")]
    [InlineData("\"networks\":[{\"mode\":\"host\"},{\"mode\":\"container/bridge\"}]", "/networks: May specify a single host network, single bridge network, or else 1-to-n container networks")]
    [InlineData("\"platform\":{\"prioritty\":1}", "/platform/prioritty: is not known; known are priority, preferences, placement, tolerations, pool, system, gang, gangDeadlineSeconds, revocable, runOnce, disruptionBudget, preStop, drainSeconds, progressDeadlineSeconds, failureBudget, canary, autoscaling, identity, secretChange")]
    public void Members_of_the_pod(string members, string problem) => PodText.Problem(PodText.With(members)).ShouldBe(problem);

    [Theory]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"containerPort\":80}]", Host, "/containers(0)/endpoints(0)/containerPort: is not allowed when using host-mode networking")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"hostPort\":123}]", OneNetwork, "/containers(0)/endpoints(0)/containerPort: is required when using container-mode networking")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"containerPort\":80,\"hostPort\":0}]", TwoNetworks, "/containers(0)/endpoints(0): networkNames must be a single item list when hostPort is specified and more than 1 container network is defined")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"containerPort\":80,\"networkNames\":[\"no\"]}]", OneNetwork, "/containers(0)/endpoints(0)/networkNames(0): is not one of (n1)")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"protocol\":[\"tcp\",\"tcp\"]}]", "", "/containers(0)/endpoints(0)/protocol: Duplicate protocols within the same endpoint are not allowed")]
    [InlineData("\"endpoints\":[{\"name\":\"E\"}]", "", "/containers(0)/endpoints(0)/name: " + NamePattern)]
    [InlineData("\"endpoints\":[{\"name\":\"e\"},{\"name\":\"e\"}]", "", "/: endpoint names nust be unique across all containers")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"hostPort\":12},{\"name\":\"f\",\"hostPort\":12}]", "", "/: host ports must be unique across all containers")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"containerPort\":12},{\"name\":\"f\",\"containerPort\":12}]", Bridge, "/: container ports must be unique across all containers")]
    [InlineData("\"endpoints\":[{\"name\":\"e\",\"hostPort\":65536}]", "", "/containers(0)/endpoints(0)/hostPort: is greater than 65535")]
    [InlineData("\"image\":{\"kind\":\"APPC\",\"id\":\"x\"}", "", "/containers(0)/image/kind: error.unknown.enum.literal")]
    [InlineData("\"image\":{\"kind\":\"docker\"}", "", "/containers(0)/image/id: error.path.missing")]
    [InlineData("\"image\":{\"kind\":\"DOCKER\",\"id\":\"x\",\"pullConfig\":{\"secret\":\"s\"}}", "", "/containers(0)/image/pullConfig: pullConfig.secret must refer to an existing secret")]
    [InlineData("\"environment\":{\"A\":{\"secret\":\"s\"}}", "", "/containers(0)/environment/A/secret: references an undefined secret")]
    [InlineData("\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"x\"}]", "", "/containers(0)/volumeMounts(0)/name: Referenced Volume in VolumeMount should exist")]
    [InlineData("\"volumeMounts\":[{\"name\":\"v\"}]", "\"volumes\":[{\"name\":\"v\"}]", "/containers(0)/volumeMounts(0)/mountPath: error.path.missing")]
    [InlineData(Mount, "\"volumes\":[{\"name\":\"v\"},{\"name\":\"v\"}]", "/volumes: volume names must be unique")]
    [InlineData(Mount, "\"volumes\":[{\"name\":\"v\",\"secret\":\"s\"}]", "/volumes(0)/secret: volume.secret must refer to an existing secret")]
    [InlineData(Mount, "\"volumes\":[{\"name\":\"v\",\"persistent\":{\"size\":0}}]", "/volumes(0)/persistent/size: got 0, expected more than 0")]
    [InlineData(Mount, Persistent + ",\"scheduling\":{\"unreachableStrategy\":{}}", "/: unreachableStrategy must be disabled for pods with persistent volumes")]
    [InlineData(Mount, Persistent + ",\"scheduling\":{\"upgrade\":{\"maximumOverCapacity\":0.1}}", "/upgrade/maximumOverCapacity: got 0.1, expected 0.0")]
    [InlineData("\"resourceLimits\":{\"mem\":0.5}", "", "/containers(0)/resourceLimits/mem: resource limit must be greater than or equal to requested resource (1.0)")]
    [InlineData("\"resourceLimits\":{\"cpus\":\"unlimited\"}", "\"legacySharedCgroups\":true", "/containers(0)/resourceLimits: resourceLimits cannot be defined if legacySharedCgroups is enabled")]
    [InlineData("\"healthCheck\":{}", "", "/containers(0)/healthCheck: Only one of http, tcp, or command may be specified")]
    [InlineData("\"healthCheck\":{\"http\":{\"endpoint\":\"e\"}}", "", "/containers(0)/healthCheck/http/endpoint: contained in the container endpoints")]
    [InlineData("\"healthCheck\":{\"exec\":{\"command\":{\"shell\":\"x\"}},\"intervalSeconds\":5,\"timeoutSeconds\":5}", "", "/containers(0)/healthCheck/timeoutSeconds: got 5, expected less than 5")]
    [InlineData("\"check\":{\"tcp\":{\"endpoint\":\"e\"}}", "", "/containers(0)/check/tcp/endpoint: contained in the container endpoints")]
    [InlineData("\"lifecycle\":{\"killGracePeriodSeconds\":-1}", "", "/containers(0)/lifecycle/killGracePeriodSeconds: is less than 0")]
    [InlineData("\"linuxInfo\":{\"seccomp\":{\"unconfined\":false}}", "", "/containers(0)/linuxInfo/seccomp: Seccomp unconfined must be true when Profile is NOT defined")]
    [InlineData("\"linuxInfo\":{\"effectiveCapabilities\":[\"NET_RAW\",\"FLY\"]}", "", "/containers(0)/linuxInfo/effectiveCapabilities(1): 'FLY' is not a capability of Linux such as NET_BIND_SERVICE")]
    [InlineData("\"linuxInfo\":{\"sharePidNamespace\":\"no\"}", "", "/containers(0)/linuxInfo/sharePidNamespace: error.expected.jsboolean")]
    [InlineData("\"artifacts\":[{\"uri\":\"\"}]", "", "/containers(0)/artifacts(0)/uri: must not be empty")]
    [InlineData("\"platform\":{\"role\":\"init\"}", "", "/containers: at least one container must have the role main")]
    [InlineData("\"platform\":{\"priority\":1}", "", "/containers(0)/platform/priority: is not known; known are role, preStop")]
    public void Members_of_a_container(string members, string podMembers, string problem) => PodText.Problem(PodText.WithContainer(members, podMembers)).ShouldBe(problem);

    [Theory]
    [InlineData("{\"name\":\"a\"}", "/containers(0)/resources: error.path.missing")]
    [InlineData("{\"resources\":{}}", "/containers(0)/name: error.path.missing")]
    [InlineData("{\"name\":\"a\",\"resources\":{\"cpus\":0}}", "/containers(0)/resources/cpus: is less than 0.001")]
    [InlineData("{\"name\":\"a\",\"resources\":{},\"exec\":{}}", "/containers(0)/exec/command: error.path.missing")]
    [InlineData("{\"name\":\"a\",\"resources\":{},\"exec\":{\"command\":{\"shell\":\"a\",\"argv\":[\"b\"]}}}", "/containers(0)/exec/command: must specify either shell or argv")]
    [InlineData("{\"name\":\"a\",\"resources\":{},\"exec\":{\"command\":{\"argv\":[]}}}", "/containers(0)/exec/command/argv: must not be empty")]
    [InlineData("5", "/containers(0): error.expected.jsobject")]
    public void Containers(string container, string problem) => PodText.Problems($$"""{"id":"/p","containers":[{{container}}]}""").ShouldContain(problem);

    [Fact]
    public void A_pod_has_containers_and_each_its_own_name()
    {
        PodText.Problem("""{"id":"/p"}""").ShouldBe("/containers: error.path.missing");
        PodText.Problem("""{"id":"/p","containers":5}""").ShouldBe("/containers: error.expected.jsarray");
        PodText.Problem("""{"id":"/p","containers":[]}""").ShouldBe("/containers: must not be empty");
        PodText.Problem($$"""{"id":"/p","containers":[{{PodText.Container("")}},{{PodText.Container("")}}]}""").ShouldBe("/containers: container names must be unique");
    }

    [Fact]
    public void What_marathon_allows_is_allowed()
    {
        PodText.Read(PodText.WithContainer("\"endpoints\":[{\"name\":\"a\",\"containerPort\":0},{\"name\":\"b\",\"containerPort\":0}]", Bridge));
        PodText.Read(PodText.WithContainer("\"endpoints\":[{\"name\":\"a\",\"containerPort\":80}]", TwoNetworks));
        PodText.Read(PodText.WithContainer("\"endpoints\":[{\"name\":\"a\",\"containerPort\":80,\"hostPort\":0,\"networkNames\":[\"n2\"]}]", TwoNetworks));
        PodText.Read(PodText.WithContainer("\"endpoints\":[{\"name\":\"a\"}]", Host));
        PodText.Read(PodText.WithContainer("\"resourceLimits\":{\"cpus\":0.01,\"mem\":\"unlimited\"}"));
        PodText.Read(PodText.WithContainer("\"lifecycle\":{}"));
    }

    [Fact]
    public void Roles_are_the_default_one_and_that_of_the_group()
    {
        PodText.Problem(PodText.With("\"role\":\"prod\""), new() { ValidRoles = ["*", "dev"] }).ShouldBe("/role: got prod, expected one of: [*, dev]");
        PodText.Read(PodText.With("\"role\":\"dev\""), new() { ValidRoles = ["*", "dev"] }).Role.ShouldBe("dev");
        PodText.Read(PodText.With("\"labels\":{}"), new() { DefaultRole = "dev" }).Role.ShouldBe("dev");
        PodText.Problem(PodText.With("\"role\":\"dev\",\"scheduling\":{\"placement\":{\"acceptedResourceRoles\":[\"x\"]}}")).ShouldBe("/acceptedResourceRoles: acceptedResourceRoles can only contain * and dev");
        PodText.Problem(PodText.WithContainer(Mount, Persistent + ",\"role\":\"dev\",\"scheduling\":{\"placement\":{\"acceptedResourceRoles\":[\"*\",\"dev\"]}}"))
            .ShouldBe("/acceptedResourceRoles: A resident pod must have `acceptedResourceRoles = [\"*\"]`.");
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        PodText.Problems("""
            {"id":"p","user":"","containers":[{"name":"A","resources":{"cpus":"x"},"endpoints":[{"name":"e"},{"name":"e"}],"volumeMounts":[{"name":"v","mountPath":""}]}],
             "networks":[{"mode":"container"}],"scheduling":{"backoff":{"backoff":"x"}}}
            """).ShouldBe(
        [
            "/id: Path needs to be absolute",
            "/containers(0)/resources/cpus: error.expected.jsnumber",
            "/containers(0)/name: " + NamePattern,
            "/containers(0)/volumeMounts(0)/mountPath: must not be empty",
            "/user: must not be empty",
            "/scheduling/backoff/backoff: error.expected.jsnumber",
            "/networks: Network name must be specified when container network is selected.",
            "/containers(0)/endpoints(0)/containerPort: is required when using container-mode networking",
            "/containers(0)/endpoints(1)/containerPort: is required when using container-mode networking",
            "/containers(0)/volumeMounts(0)/name: Referenced Volume in VolumeMount should exist",
            "/: endpoint names nust be unique across all containers",
        ], ignoreOrder: true);
    }

    [Theory]
    [InlineData("\"cpus\":0.02,\"mem\":1", "", "/: cpus cannot be updated if a pod has persistent volumes")]
    [InlineData("\"cpus\":0.01,\"mem\":2", "", "/: mem cannot be updated if a pod has persistent volumes")]
    [InlineData("\"cpus\":0.01,\"mem\":1,\"disk\":1", "", "/: disk cannot be updated if a pod has persistent volumes")]
    [InlineData("\"cpus\":0.01,\"mem\":1,\"gpus\":1", "", "/: gpus cannot be updated if a pod has persistent volumes")]
    [InlineData("\"cpus\":0.01,\"mem\":1", ",\"endpoints\":[{\"name\":\"e\",\"hostPort\":5}]", "/: host ports cannot be updated if a pod has persistent volumes")]
    public void A_pod_with_persistent_volumes_keeps_what_they_were_made_for(string resources, string members, string problem)
    {
        var before = Resident("\"cpus\":0.01,\"mem\":1", "", Persistent);
        Update(before, Resident(resources, members, Persistent)).ShouldBe([problem]);
    }

    [Fact]
    public void Persistent_volumes_are_not_changed()
    {
        const string Small = "\"cpus\":0.01,\"mem\":1";
        Update(Resident(Small, "", Persistent), Resident(Small, "", Persistent.Replace("1}", "2}", StringComparison.Ordinal))).ShouldBe(["/: persistent volumes cannot be updated"]);
        Update(Resident(Small, "", Persistent), Resident(Small, ",\"user\":\"x\"", Persistent)).ShouldBeEmpty();
    }

    private static string Resident(string resources, string members, string podMembers) =>
        $$$"""{"id":"/p","containers":[{"name":"one","resources":{{{{resources}}}},{{{Mount}}}{{{members}}}}],{{{podMembers}}}}""";

    private static List<string> Update(string before, string after)
    {
        var problems = new JsonProblems();
        ResidentPodRules.CheckUpdate(PodText.Read(before), PodText.Read(after), "", problems);
        return [.. problems.Items.Select(problem => $"{problem.Path}: {problem.Error}")];
    }
}
