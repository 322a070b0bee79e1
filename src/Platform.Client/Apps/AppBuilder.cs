using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Apps;

/// <summary>Makes the definition of an app. What is not said is left to the control plane's default; units are cpus, MB and seconds.</summary>
/// <example><code>
/// var definition = new AppBuilder("/shop/web").Image("nginx:1.27").ContainerPort(80, "http").HttpCheck("/", "http").Instances(3).Resources(cpus: 0.5, mem: 128).Build();
/// await client.Apps.CreateAsync(definition);
/// </code></example>
/// <param name="id">The path, such as <c>/shop/web</c>.</param>
public sealed class AppBuilder(string id)
{
    private readonly JsonObject _json = new() { ["id"] = id };
    private readonly List<string> _ports = [];

    /// <summary>A line for the shell.</summary>
    public AppBuilder Command(string line) => Set("cmd", line);

    /// <summary>A program and its arguments, without a shell; of an image: the arguments of its entry point.</summary>
    public AppBuilder Arguments(params IEnumerable<string> arguments) => Set("args", JsonParts.Texts(arguments));

    /// <summary>Runs in a container of this image.</summary>
    public AppBuilder Image(string image)
    {
        var container = _json.Object("container");
        container["type"] = "DOCKER";
        container.Object("docker")["image"] = image;
        return this;
    }

    /// <summary>How many instances; 0: none for now.</summary>
    public AppBuilder Instances(int count) => Set("instances", count);

    /// <summary>What each instance holds.</summary>
    /// <param name="cpus">Cpus.</param>
    /// <param name="mem">Memory, MB.</param>
    /// <param name="disk">Disk, MB.</param>
    /// <param name="gpus">Graphics processors.</param>
    public AppBuilder Resources(double? cpus = null, double? mem = null, double? disk = null, int? gpus = null)
    {
        _json.Put("cpus", cpus);
        _json.Put("mem", mem);
        _json.Put("disk", disk);
        _json.Put("gpus", gpus);
        return this;
    }

    /// <summary>An environment variable.</summary>
    public AppBuilder Env(string name, string value)
    {
        _json.Object("env")[name] = value;
        return this;
    }

    /// <summary>An environment variable that holds a secret.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="secret">The secret's path in the store.</param>
    public AppBuilder SecretEnv(string name, string secret)
    {
        _json.Object("env")[name] = new JsonObject { ["secret"] = secret };
        _json.Object("secrets")[secret] = new JsonObject { ["source"] = secret };
        return this;
    }

    /// <summary>A label.</summary>
    public AppBuilder Label(string name, string value)
    {
        _json.Object("labels")[name] = value;
        return this;
    }

    /// <summary>Where instances may be.</summary>
    /// <param name="field">Such as <c>hostname</c>, or an attribute of agents.</param>
    /// <param name="is">Such as UNIQUE, CLUSTER, GROUP_BY, MAX_PER, LIKE, UNLIKE or IS.</param>
    /// <param name="value">What some of them want.</param>
    public AppBuilder Constraint(string field, string @is, string? value = null)
    {
        _json.Array("constraints").Add((JsonNode)JsonParts.Texts(value is null ? [field, @is] : [field, @is, value]));
        return this;
    }

    /// <summary>A port of the machine. The instance finds its number in <c>PORT0</c> and so on, and in <c>PORT_NAME</c>.</summary>
    /// <param name="name">How it is called.</param>
    /// <param name="number">The number; 0: one that is free.</param>
    public AppBuilder Port(string name, int number = 0)
    {
        _json.Array("portDefinitions").Add((JsonNode)new JsonObject { ["port"] = number, ["name"] = name });
        _ports.Add(name);
        return this;
    }

    /// <summary>A port inside the container, on a bridge, which is reached by one of the machine.</summary>
    /// <param name="containerPort">Inside.</param>
    /// <param name="name">How it is called.</param>
    /// <param name="hostPort">Outside; 0: one that is free.</param>
    public AppBuilder ContainerPort(int containerPort, string name, int hostPort = 0)
    {
        _json.Object("container").Array("portMappings").Add((JsonNode)new JsonObject { ["containerPort"] = containerPort, ["hostPort"] = hostPort, ["name"] = name });
        _json["networks"] = new JsonArray(new JsonObject { ["mode"] = "container/bridge" });
        _ports.Add(name);
        return this;
    }

    /// <summary>An instance is healthy when this is answered with a status from 200 to 399.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="port">The name of a port that was given before; null: the first one.</param>
    /// <param name="interval">How often.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="gracePeriod">How long after its start failures do not count.</param>
    /// <param name="maxFailures">After so many in a row it is replaced; 0: never.</param>
    /// <exception cref="ArgumentException">There is no port of this name.</exception>
    public AppBuilder HttpCheck(string path = "/", string? port = null, TimeSpan? interval = null, TimeSpan? timeout = null, TimeSpan? gracePeriod = null, int? maxFailures = null) =>
        Check(new() { ["protocol"] = "HTTP", ["path"] = path, ["portIndex"] = IndexOf(port) }, interval, timeout, gracePeriod, maxFailures);

    /// <summary>An instance is healthy when a port takes connections.</summary>
    /// <param name="port">The name of a port that was given before; null: the first one.</param>
    /// <param name="interval">How often.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="gracePeriod">How long after its start failures do not count.</param>
    /// <param name="maxFailures">After so many in a row it is replaced; 0: never.</param>
    /// <exception cref="ArgumentException">There is no port of this name.</exception>
    public AppBuilder TcpCheck(string? port = null, TimeSpan? interval = null, TimeSpan? timeout = null, TimeSpan? gracePeriod = null, int? maxFailures = null) =>
        Check(new() { ["protocol"] = "TCP", ["portIndex"] = IndexOf(port) }, interval, timeout, gracePeriod, maxFailures);

    /// <summary>An instance is healthy when this command, beside it, ends with status 0.</summary>
    /// <param name="command">A line for the shell.</param>
    /// <param name="interval">How often.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="gracePeriod">How long after its start failures do not count.</param>
    /// <param name="maxFailures">After so many in a row it is replaced; 0: never.</param>
    public AppBuilder CommandCheck(string command, TimeSpan? interval = null, TimeSpan? timeout = null, TimeSpan? gracePeriod = null, int? maxFailures = null) =>
        Check(new() { ["protocol"] = "COMMAND", ["command"] = new JsonObject { ["value"] = command } }, interval, timeout, gracePeriod, maxFailures);

    /// <summary>A folder of the machine, inside the container.</summary>
    /// <param name="hostPath">On the machine.</param>
    /// <param name="containerPath">Inside.</param>
    /// <param name="readOnly">It cannot be written to.</param>
    public AppBuilder HostVolume(string hostPath, string containerPath, bool readOnly = false)
    {
        _json.Object("container").Array("volumes").Add((JsonNode)new JsonObject { ["hostPath"] = hostPath, ["containerPath"] = containerPath, ["mode"] = readOnly ? "RO" : "RW" });
        return this;
    }

    /// <summary>A folder that stays with the instance when it is restarted, on the same agent.</summary>
    /// <param name="containerPath">Inside the container or sandbox.</param>
    /// <param name="size">MB.</param>
    public AppBuilder PersistentVolume(string containerPath, double size)
    {
        var container = _json.Object("container");
        if (!container.ContainsKey("type"))
            container["type"] = "MESOS";
        container.Array("volumes").Add((JsonNode)new JsonObject { ["containerPath"] = containerPath, ["mode"] = "RW", ["persistent"] = new JsonObject { ["size"] = size } });
        _json.Object("residency")["taskLostBehavior"] = "WAIT_FOREVER";
        _json["upgradeStrategy"] = new JsonObject { ["minimumHealthCapacity"] = 0.5, ["maximumOverCapacity"] = 0 };
        return this;
    }

    /// <summary>Is started after these apps, and stopped before them.</summary>
    public AppBuilder DependsOn(params IEnumerable<string> apps)
    {
        foreach (var app in apps)
            _json.Array("dependencies").Add((JsonNode)app);
        return this;
    }

    /// <summary>How a new version takes the old one's place.</summary>
    /// <param name="minimumHealthCapacity">The part of instances that stays healthy, 0 to 1.</param>
    /// <param name="maximumOverCapacity">The part that may be there beside them, 0 to 1.</param>
    public AppBuilder Upgrade(double minimumHealthCapacity, double maximumOverCapacity) =>
        Set("upgradeStrategy", new JsonObject { ["minimumHealthCapacity"] = minimumHealthCapacity, ["maximumOverCapacity"] = maximumOverCapacity });

    /// <summary>Any member of the definition, by its name in JSON.</summary>
    public AppBuilder Set(string name, JsonNode? value)
    {
        _json[name] = value;
        return this;
    }

    /// <summary>The definition, for <see cref="AppsClient.CreateAsync(JsonNode, ChangeOptions?, CancellationToken)"/>, <see cref="IPlatformClient.PlanAsync"/> or <see cref="AppHandle.ReplaceAsync"/>.</summary>
    public JsonObject Build() => (JsonObject)_json.DeepClone();

    private int IndexOf(string? port) => port is null ? 0 : _ports.IndexOf(port) is var index and >= 0 ? index
        : throw new ArgumentException($"there is no port {port}; ports are given before the checks that use them{(_ports.Count > 0 ? $", and there are {string.Join(", ", _ports)}" : "")}", nameof(port));

    private AppBuilder Check(JsonObject check, TimeSpan? interval, TimeSpan? timeout, TimeSpan? gracePeriod, int? maxFailures)
    {
        check.Put("intervalSeconds", JsonParts.Seconds(interval));
        check.Put("timeoutSeconds", JsonParts.Seconds(timeout));
        check.Put("gracePeriodSeconds", JsonParts.Seconds(gracePeriod));
        check.Put("maxConsecutiveFailures", maxFailures);
        _json.Array("healthChecks").Add((JsonNode)check);
        return this;
    }
}
