using Platform.Api.Marathon.Definitions;

namespace Platform.Api.Tests.Marathon.Definitions;

public sealed class RulesTests
{
    [Theory]
    [InlineData("\"upgradeStrategy\":{\"minimumHealthCapacity\":2}", "/upgradeStrategy/minimumHealthCapacity: is greater than 1")]
    [InlineData("\"upgradeStrategy\":{\"maximumOverCapacity\":-0.5}", "/upgradeStrategy/maximumOverCapacity: is less than 0")]
    [InlineData("\"mem\":-128", "/mem: is less than 0")]
    [InlineData("\"cpus\":-1", "/cpus: is less than 0.001")]
    [InlineData("\"instances\":-1", "/instances: is less than 0")]
    [InlineData("\"instances\":1.5", "/instances: error.expected.int")]
    [InlineData("\"instances\":99999999999", "/instances: is greater than 100000")]
    [InlineData("\"cpus\":1e25", "/cpus: is greater than 1000000000")]
    [InlineData("\"mem\":1e300", "/mem: is greater than 1000000000")]
    [InlineData("\"backoffFactor\":1e300", "/backoffFactor: is greater than 1000000")]
    [InlineData("\"unreachableStrategy\":{\"inactiveAfterSeconds\":0,\"expungeAfterSeconds\":9223372036854775807}", "/unreachableStrategy/expungeAfterSeconds: is greater than 2147483647")]
    [InlineData("\"platform\":{\"progressDeadlineSeconds\":1e300}", "/platform/progressDeadlineSeconds: is greater than 2147483647")]
    [InlineData("\"cpus\":\"1\"", "/cpus: error.expected.jsnumber")]
    [InlineData("\"cpus\":1e999", "/cpus: error.expected.jsnumber")]
    [InlineData("\"env\":{\"A\":1}", "/env/A: error.expected.jsstring")]
    [InlineData("\"env\":[]", "/env: error.expected.jsobject")]
    [InlineData("\"env\":{\"A\":{\"secret\":\"x\"}}", "/env/A/secret: references an undefined secret")]
    [InlineData("\"env\":{\"\":\"x\"}", "/env/keys(0): must not be empty")]
    [InlineData("\"secrets\":{\"\":{\"source\":\"x\"}}", "/secrets/keys(0): must not be empty")]
    [InlineData("\"labels\":{\"A\":null}", "/labels/A: error.expected.jsstring")]
    [InlineData("\"constraints\":{}", "/constraints: error.expected.jsarray")]
    [InlineData("\"backoffFactor\":0.5", "/backoffFactor: is less than 1")]
    [InlineData("\"killSelection\":\"RANDOM\"", "/killSelection: error.unknown.enum.literal")]
    [InlineData("\"unreachableStrategy\":\"enabled\"", "/unreachableStrategy: error.unknown.enum.literal")]
    [InlineData("\"unreachableStrategy\":{\"inactiveAfterSeconds\":10,\"expungeAfterSeconds\":5}", "/unreachableStrategy/inactiveAfterSeconds: inactiveAfterSeconds (10) must be less or equal to expungeAfterSeconds, which is 5")]
    [InlineData("\"resourceLimits\":{\"cpus\":0.5}", "/resourceLimits/cpus: resource limit must be greater than or equal to requested resource (1.0)")]
    [InlineData("\"resourceLimits\":{\"mem\":\"none\"}", "/resourceLimits/mem: 'none' is an invalid resource limit. It must be 'unlimited' or a number")]
    [InlineData("\"fetch\":[{\"extract\":true}]", "/fetch(0)/uri: error.path.missing")]
    [InlineData("\"fetch\":[{\"uri\":\"a b\"}]", "/fetch(0)/uri: URI has invalid syntax.")]
    [InlineData("\"args\":[\"a\"]", "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")]
    [InlineData("\"container\":{\"type\":\"DOCKER\"}", "/container/docker: not defined")]
    [InlineData("\"container\":{\"volumes\":[]}", "/container/docker: not defined")]
    [InlineData("\"gpus\":1,\"container\":{\"type\":\"DOCKER\",\"docker\":{\"image\":\"a\"}}", "/: GPU resources only work with the Mesos containerizer")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a\",\"mode\":\"RO\"}]}", "/container/volumes(0)/hostPath: error.path.missing")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a/b\",\"persistent\":{\"size\":1}}]}", "/container/volumes(0)/containerPath: value must not contain \"/\"")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a\",\"persistent\":{\"size\":1,\"maxSize\":5}}]}", "/container/volumes(0)/persistent: Only mount volumes can have maxSize")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a\",\"secret\":\"s\"}]}", "/container/volumes(0): volume.secret must refer to an existing secret")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a\",\"external\":{\"name\":\"n\",\"provider\":\"acme\"}}]}", "/container/volumes(0)/external/provider: is unknown provider")]
    [InlineData("\"portDefinitions\":[{\"port\":70000}]", "/portDefinitions(0)/port: is greater than 65535")]
    [InlineData("\"portDefinitions\":[{\"port\":1},{\"port\":1}]", "/portDefinitions: Ports must be unique.")]
    [InlineData("\"portDefinitions\":[{\"name\":\"a\"},{\"name\":\"a\"}]", "/portDefinitions: Port names must be unique.")]
    [InlineData("\"networks\":[{\"mode\":\"container\"}]", "/networks: Network name must be specified when container network is selected.")]
    [InlineData("\"networks\":[{\"mode\":\"host\"},{\"mode\":\"container/bridge\"}]", "/networks: May specify a single host network, single bridge network, or else 1-to-n container networks")]
    [InlineData("\"networks\":[{\"mode\":\"host\",\"name\":\"a\"}]", "/networks: Host networks may not have names or labels")]
    [InlineData("\"healthChecks\":[{\"portIndex\":1}]", "/healthChecks(0): Health check port indices must address an element of the ports array or container port mappings.")]
    [InlineData("\"healthChecks\":[{\"protocol\":\"COMMAND\"}]", "/healthChecks(0)/command: must be given for the protocol COMMAND")]
    [InlineData("\"healthChecks\":[{\"protocol\":\"MESOS_TCP\"},{\"protocol\":\"MESOS_HTTP\"}]", "/: AppDefinition can contain at most one Mesos health check")]
    [InlineData("\"healthChecks\":[{\"ipProtocol\":\"IPv6\"}]", "/healthChecks(0): IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks")]
    [InlineData("\"readinessChecks\":[{\"portName\":\"x\"}]", "/readinessChecks(0)/portName: No port definition reference for portName x")]
    [InlineData("\"readinessChecks\":[{\"portName\":\"default\",\"timeoutSeconds\":30}]", "/readinessChecks(0)/timeoutSeconds: got 30, expected less than 30")]
    [InlineData("\"check\":{}", "/check: must specify exactly one of http, tcp and exec")]
    [InlineData("\"instances\":2,\"labels\":{\"MARATHON_SINGLE_INSTANCE_APP\":\"true\"}", "/: Single instance app may only have one instance")]
    [InlineData("\"labels\":{\"DCOS_MIGRATION_API_VERSION\":\"v1\"}", "/: DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION")]
    [InlineData("\"acceptedResourceRoles\":[\"prod\"]", "/acceptedResourceRoles: acceptedResourceRoles can only contain *")]
    [InlineData("\"acceptedResourceRoles\":[]", "/acceptedResourceRoles: must not be empty")]
    [InlineData("\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"a\",\"external\":{\"name\":\"n\",\"provider\":\"dvdi\",\"options\":{\"dvdi/driver\":\"d\"}}},{\"containerPath\":\"b\",\"external\":{\"name\":\"n\",\"provider\":\"dvdi\",\"options\":{\"dvdi/driver\":\"d\"}}}]}", "/container/volumes: Volume names must be unique")]
    [InlineData("\"container\":{\"type\":\"DOCKER\",\"docker\":{\"image\":\"\"}}", "/container/docker/image: must not be empty")]
    [InlineData("\"dependencies\":[\"/A\"]", "/dependencies(0): " + PathRules.InvalidNames)]
    [InlineData("\"executor\":\"a//b\"", "/executor: must fully match regular expression '^(//cmd)|(/?[^/]+(/[^/]+)*)|$'")]
    [InlineData("\"platform\":{\"gangDeadlineSeconds\":60}", "/platform/gangDeadlineSeconds: is for gangs; set gang too")]
    [InlineData("\"platform\":{\"gang\":true,\"gangDeadlineSeconds\":0}", "/platform/gangDeadlineSeconds: is less than 1")]
    [InlineData("\"platform\":{\"system\":true,\"gang\":true}", "/platform/gang: is not possible for a system app: its instances come with their agents, one by one")]
    [InlineData("\"platform\":{\"autoscaling\":{\"max\":2,\"targets\":[{\"metric\":\"requests\",\"value\":1,\"portIndex\":9}]}}", "/platform/autoscaling/targets(0)/portIndex: must be an index of the app's ports, 0 to 0")]
    [InlineData("\"platform\":{\"prio\":1}", "/platform/prio: is not known; known are priority, preferences, placement, tolerations, pool, system, gang, gangDeadlineSeconds, revocable, runOnce, disruptionBudget, preStop, drainSeconds, progressDeadlineSeconds, failureBudget, canary, autoscaling, identity, secretChange")]
    [InlineData("\"platform\":{\"priority\":101}", "/platform/priority: is greater than 100")]
    [InlineData("\"platform\":{\"autoscaling\":{\"min\":5,\"max\":2,\"targets\":[{\"value\":1}]}}", "/platform/autoscaling/max: must not be less than min")]
    [InlineData("\"upgradeStrategy\":{\"canary\":{\"steps\":[\"110%\"]}}", "/upgradeStrategy/canary/steps(0): must be a count above 0 or a share such as \"10%\"")]
    [InlineData("\"user\":\"a\\u0000b\"", "/user: must not contain the character NUL")]
    public void A_broken_rule_is_told_with_its_path(string members, string problem) => Definition.TryRead(Definition.With(members)).Problems.ShouldContain(problem);

    [Theory]
    [InlineData("{\"cmd\":\"a\"}", "/id: 'id' is undefined on object: {\"cmd\":\"a\"}")]
    [InlineData("{\"id\":null,\"cmd\":\"a\"}", "/id: error.expected.jsstring")]
    [InlineData("{\"id\":1,\"cmd\":\"a\"}", "/id: error.expected.jsstring")]
    [InlineData("{\"id\":\"/\",\"cmd\":\"a\"}", "/id: Path must contain at least one path element")]
    [InlineData("{\"id\":\"/a/restart\",\"cmd\":\"a\"}", "/id: must not end with any of the following reserved keywords: restart, tasks, versions, ., ..")]
    [InlineData("{\"id\":\"/a_b\",\"cmd\":\"a\"}", "/id: " + PathRules.InvalidNames)]
    [InlineData("{\"id\":\"/-a\",\"cmd\":\"a\"}", "/id: " + PathRules.InvalidNames)]
    [InlineData("{\"id\":\"/a\"}", "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")]
    [InlineData("{\"id\":\"/a\",\"cmd\":\"  \"}", "/cmd: must not be empty")]
    [InlineData("{\"id\":\"/a\",\"cmd\":1}", "/cmd: error.expected.jsstring")]
    [InlineData("{\"id\":\"/a\",\"args\":\"x\"}", "/args: error.expected.jsarray")]
    [InlineData("[]", "/: error.expected.jsobject")]
    [InlineData("null", "/: error.expected.jsobject")]
    [InlineData("\"text\"", "/: error.expected.jsobject")]
    public void A_definition_that_is_none_is_refused_with_its_only_problem(string json, string problem) => Definition.Problem(json).ShouldBe(problem);

    [Theory]
    [InlineData("\"hostname\",\"UNIQUE\"", null)]
    [InlineData("\"hostname\",\"unique\"", null)]
    [InlineData("\"hostname\",\"UNIQUE\",\"\"", null)]
    [InlineData("\"hostname\",\"UNIQUE\",\"x\"", "UNIQUE does not accept a value")]
    [InlineData("\"rack\",\"GROUP_BY\",\"3\"", null)]
    [InlineData("\"rack\",\"GROUP_BY\"", null)]
    [InlineData("\"rack\",\"GROUP_BY\",\"x\"", "GROUP BY must define an integer value or else no value at all")]
    [InlineData("\"rack\",\"MAX_PER\",\"2\"", null)]
    [InlineData("\"rack\",\"MAX_PER\"", "MAX_PER requires an integer value")]
    [InlineData("\"rack\",\"LIKE\",\"r[0-9]\"", null)]
    [InlineData("\"rack\",\"LIKE\",\"(\"", "is not a valid regular expression")]
    [InlineData("\"hostname\",\"LIKE\",\"(?!10\\\\.).*\"", "uses negative lookahead (?! pattern) or negative lookbehind (?<! pattern), which cannot be matched in linear time; name the values themselves, or use UNLIKE for the contrary")]
    [InlineData("\"rack\",\"LIKE\",\"(a)\\\\1\"", "uses backreference (\\ number), which cannot be matched in linear time; name the values themselves, or use UNLIKE for the contrary")]
    [InlineData("\"rack\",\"UNLIKE\"", "LIKE and UNLIKE require a non-empty, regular expression value")]
    [InlineData("\"rack\",\"IS\",\"a.b/c\"", null)]
    [InlineData("\"rack\",\"IS\",\"[1-2]\"", "IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)")]
    [InlineData("\"rack\",\"CLUSTER\"", null)]
    [InlineData("\"rack\"", "Each constraint must have either 2 or 3 fields")]
    [InlineData("\"rack\",\"CLUSTER\",\"a\",\"b\"", "Each constraint must have either 2 or 3 fields")]
    [InlineData("\"rack\",\"NEAR\",\"a\"", "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS")]
    [InlineData("\"\",\"UNIQUE\"", "missing field for constraint declaration")]
    public void Constraints_are_checked_by_operator(string constraint, string? error) =>
        Definition.TryRead(Definition.With($"\"constraints\":[[{constraint}]]")).Problems.ShouldBe(error is null ? [] : ["/constraints(0): " + error]);

    [Theory]
    [InlineData(2, "[[\"hostname\",\"UNIQUE\"],[\"hostname\",\"CLUSTER\",\"a\"]]", "2 instances cannot have different values of hostname and all the same")]
    [InlineData(1, "[[\"hostname\",\"UNIQUE\"],[\"hostname\",\"CLUSTER\",\"a\"]]", null)]
    [InlineData(1, "[[\"rack\",\"IS\",\"a\"],[\"rack\",\"CLUSTER\",\"b\"]]", "rack cannot be a and b")]
    [InlineData(3, "[[\"rack\",\"CLUSTER\"],[\"rack\",\"MAX_PER\",\"2\"]]", "3 instances with the same rack are more than 2")]
    [InlineData(3, "[[\"rack\",\"MAX_PER\",\"2\"]]", null)]
    public void Constraints_that_no_cluster_could_fulfil_together_are_refused(int instances, string constraints, string? error) =>
        Definition.TryRead(Definition.With($"\"instances\":{instances},\"constraints\":{constraints}")).Problems
            .ShouldBe(error is null ? [] : ["/constraints: can never be fulfilled: " + error]);

    [Fact]
    public void All_problems_are_told_at_once() =>
        Definition.TryRead("""{"id":"/A","cpus":-1,"mem":"x","instances":-1,"upgradeStrategy":{"minimumHealthCapacity":2,"maximumOverCapacity":3}}""").Problems.ShouldBe(
        [
            "/cpus: is less than 0.001",
            "/mem: error.expected.jsnumber",
            "/instances: is less than 0",
            "/upgradeStrategy/minimumHealthCapacity: is greater than 1",
            "/upgradeStrategy/maximumOverCapacity: is greater than 1",
            "/id: " + PathRules.InvalidNames,
            "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
        ], ignoreOrder: true);

    [Fact]
    public void A_role_must_be_one_that_the_app_may_have() =>
        Definition.Problem(Definition.With("\"role\":\"prod\""), new() { ValidRoles = ["*", "dev"] }).ShouldBe("/role: got prod, expected one of: [*, dev]");
}
