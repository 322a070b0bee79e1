using static Platform.Dashboard.Live.JsonColumnKind;

namespace Platform.Dashboard.Live;

/// <summary>What the forms of apps, pods and jobs show of definitions, by Marathon's names and those of <c>/api/jobs</c>.</summary>
internal static class DefinitionColumns
{
    private static readonly string[] Protocols = ["tcp", "udp", "udp,tcp"];

    internal static JsonColumn[] App { get; } =
    [
        new("id", "Path"), new("cmd", "Command", Lines), new("instances", "Instances", Number), new("cpus", "Cpus of each", Number),
        new("mem", "Memory of each, MB", Number), new("disk", "Disk of each, MB", Number), new("gpus", "GPUs of each", Number), new("user", "User"), new("role", "Role"),
        new("container.docker.image", "Image", Hint: "nginx:1.29"),
    ];

    internal static JsonColumn[] Pod { get; } =
    [
        new("id", "Path"), new("scaling.instances", "Instances", Number), new("user", "User"), new("role", "Role"),
    ];

    internal static JsonColumn[] Container { get; } =
    [
        new("name", "Name"), new("exec.command.shell", "Command", Lines), new("image.id", "Image", Hint: "nginx:1.29"), new("resources.cpus", "Cpus", Number), new("resources.mem", "Memory, MB", Number),
        new("resources.disk", "Disk, MB", Number), new("user", "User"), new("platform.role", "Runs") { Choices = ["main", "init", "sidecar"] }, new("lifecycle.killGracePeriodSeconds", "Grace at its end, s", Number),
    ];

    internal static JsonColumn[] ContainerCheck { get; } =
    [
        new("healthCheck.http.endpoint", "By HTTP at endpoint", Hint: "http"), new("healthCheck.http.path", "Path", Hint: "/"), new("healthCheck.tcp.endpoint", "By TCP at endpoint"),
        new("healthCheck.exec.command.shell", "By a command"), new("healthCheck.gracePeriodSeconds", "Grace, s", Number), new("healthCheck.intervalSeconds", "Every, s", Number),
        new("healthCheck.timeoutSeconds", "Timeout, s", Number), new("healthCheck.maxConsecutiveFailures", "Failures allowed", Number),
    ];

    internal static JsonColumn[] Endpoints { get; } =
    [
        new("name", "Name", Hint: "http"), new("hostPort", "On the machine, 0: any", Number), new("containerPort", "In the container", Number), new("protocol", "Protocols", Names, "tcp"),
    ];

    internal static JsonColumn[] Mounts { get; } = [new("name", "Volume"), new("mountPath", "Inside"), new("readOnly", "Read only", Flag)];

    internal static JsonColumn[] PodVolumes { get; } =
    [
        new("name", "Name"), new("host", "On the machine"), new("persistent.size", "Persistent, MB", Number), new("secret", "File with the secret"),
    ];

    internal static JsonColumn[] PodConstraints { get; } =
    [
        new("fieldName", "Field", Hint: "hostname"), new("operator", "Operator") { Choices = ["UNIQUE", "CLUSTER", "GROUP_BY", "MAX_PER", "LIKE", "UNLIKE", "IS"] }, new("value", "Value"),
    ];

    internal static JsonColumn[] Ports { get; } =
    [
        new("port", "Port, 0: any", Number), new("name", "Name", Hint: "http"), new("protocol", "Protocol") { Choices = Protocols },
    ];

    internal static JsonColumn[] Mappings { get; } =
    [
        new("containerPort", "In the container", Number), new("hostPort", "On the machine, 0: any", Number), new("name", "Name", Hint: "http"), new("protocol", "Protocol") { Choices = Protocols },
    ];

    internal static JsonColumn[] Checks { get; } =
    [
        new("protocol", "Protocol") { Choices = ["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"] }, new("path", "Path", Hint: "/"),
        new("portIndex", "Port, from 0", Number), new("command.value", "Command"), new("gracePeriodSeconds", "Grace, s", Number),
        new("intervalSeconds", "Every, s", Number), new("timeoutSeconds", "Timeout, s", Number), new("maxConsecutiveFailures", "Failures allowed", Number),
    ];

    internal static JsonColumn[] Constraints { get; } =
    [
        new("0", "Field", Hint: "hostname"), new("1", "Operator") { Choices = ["UNIQUE", "CLUSTER", "GROUP_BY", "MAX_PER", "LIKE", "UNLIKE", "IS"] }, new("2", "Value"),
    ];

    internal static JsonColumn[] Volumes { get; } =
    [
        new("containerPath", "Inside"), new("hostPath", "On the machine"), new("persistent.size", "Persistent, MB", Number), new("secret", "File with the secret"), new("mode", "Mode") { Choices = ["RW", "RO"] },
    ];

    internal static JsonColumn[] Artifacts { get; } =
    [
        new("uri", "Address", Hint: "https://files.example.org/site.tar.gz"), new("destPath", "Name in the sandbox"), new("extract", "Unpack", Flag), new("executable", "Executable", Flag), new("cache", "Keep on the agent", Flag),
    ];

    internal static JsonColumn[] Networks { get; } = [new("mode", "Mode") { Choices = ["host", "container/bridge", "container"] }, new("name", "Name")];

    internal static JsonColumn[] Replacing { get; } =
    [
        new("upgradeStrategy.minimumHealthCapacity", "Healthy at least, 0 to 1", Number), new("upgradeStrategy.maximumOverCapacity", "Over at most, 0 to 1", Number), new("killSelection", "Goes first") { Choices = ["YOUNGEST_FIRST", "OLDEST_FIRST"] },
        new("unreachableStrategy", "Agent out of reach") { Choices = ["disabled"] }, new("unreachableStrategy.inactiveAfterSeconds", "Replaced after, s", Number), new("unreachableStrategy.expungeAfterSeconds", "Given up after, s", Number),
        new("backoffSeconds", "Delay after a failure, s", Number), new("backoffFactor", "Grows by", Number), new("maxLaunchDelaySeconds", "Up to, s", Number),
    ];

    internal static JsonColumn[] PodReplacing { get; } =
    [
        new("scheduling.upgrade.minimumHealthCapacity", "Healthy at least, 0 to 1", Number), new("scheduling.upgrade.maximumOverCapacity", "Over at most, 0 to 1", Number), new("scheduling.killSelection", "Goes first") { Choices = ["YOUNGEST_FIRST", "OLDEST_FIRST"] },
        new("scheduling.unreachableStrategy", "Agent out of reach") { Choices = ["disabled"] }, new("scheduling.unreachableStrategy.inactiveAfterSeconds", "Replaced after, s", Number),
        new("scheduling.unreachableStrategy.expungeAfterSeconds", "Given up after, s", Number),
        new("scheduling.backoff.backoff", "Delay after a failure, s", Number), new("scheduling.backoff.backoffFactor", "Grows by", Number), new("scheduling.backoff.maxLaunchDelay", "Up to, s", Number),
    ];

    internal static JsonColumn[] JobNotifications { get; } =
    [
        new("on", "On", Names, "failure, recovery"), new("webhook", "Webhook", Hint: "https://chat.example.org/hooks/ops"), new("email", "Mail to", Names, "ops@example.org"),
    ];

    internal static JsonColumn[] JobTriggers { get; } =
    [
        new("event", "Event", Hint: "deployment_success"), new("file.folder", "File in folder", Hint: "incoming"), new("file.pattern", "File pattern", Hint: "*.csv"),
    ];

    internal static JsonColumn[] JobConstraints { get; } =
    [
        new("0", "Field", Hint: "hostname"), new("1", "Operator") { Choices = ["LIKE", "UNLIKE", "IS", "CLUSTER"] }, new("2", "Value"),
    ];

    internal static JsonColumn[] JobFetch { get; } =
    [
        new("uri", "Address", Hint: "https://files.example.org/data.tar.gz"), new("path", "Name in the sandbox"), new("extract", "Unpack", Flag), new("executable", "Executable", Flag), new("cache", "Keep on the agent", Flag),
    ];

    internal static JsonColumn[] JobVolumes { get; } =
    [
        new("path", "Inside"), new("host", "On the machine"), new("secret", "File with the secret, path in the store"), new("name", "External, name"), new("driver", "External, driver"), new("readOnly", "Read only", Flag),
    ];
}
