using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Pods;

/// <summary>Says what a container of a pod is; see <see cref="PodBuilder.Container"/>.</summary>
public sealed class PodContainerBuilder
{
    private readonly JsonObject _json;

    internal PodContainerBuilder(string name) => _json = new() { ["name"] = name };

    /// <summary>A line for the shell.</summary>
    public PodContainerBuilder Command(string line)
    {
        _json["exec"] = new JsonObject { ["command"] = new JsonObject { ["shell"] = line } };
        return this;
    }

    /// <summary>A program and its arguments, without a shell.</summary>
    public PodContainerBuilder Arguments(params IEnumerable<string> arguments)
    {
        _json["exec"] = new JsonObject { ["command"] = new JsonObject { ["argv"] = JsonParts.Texts(arguments) } };
        return this;
    }

    /// <summary>Runs in a container of this image.</summary>
    public PodContainerBuilder Image(string image) => Set("image", new JsonObject { ["kind"] = "DOCKER", ["id"] = image });

    /// <summary>What it holds.</summary>
    /// <param name="cpus">Cpus.</param>
    /// <param name="mem">Memory, MB.</param>
    /// <param name="disk">Disk, MB.</param>
    public PodContainerBuilder Resources(double cpus, double mem, double? disk = null)
    {
        var resources = _json.Object("resources");
        (resources["cpus"], resources["mem"]) = (cpus, mem);
        resources.Put("disk", disk);
        return this;
    }

    /// <summary>An environment variable.</summary>
    public PodContainerBuilder Env(string name, string value)
    {
        _json.Object("environment")[name] = value;
        return this;
    }

    /// <summary>A port; its number is in <c>ENDPOINT_NAME</c>.</summary>
    /// <param name="name">How it is called.</param>
    /// <param name="containerPort">Inside the container, on a network of its own; null: the machine's.</param>
    /// <param name="hostPort">Of the machine; 0: one that is free.</param>
    public PodContainerBuilder Endpoint(string name, int? containerPort = null, int hostPort = 0)
    {
        var endpoint = new JsonObject { ["name"] = name, ["hostPort"] = hostPort };
        endpoint.Put("containerPort", containerPort);
        _json.Array("endpoints").Add((JsonNode)endpoint);
        return this;
    }

    /// <summary>It is healthy when this is answered with a status from 200 to 399.</summary>
    /// <param name="endpoint">The name of one of its endpoints.</param>
    /// <param name="path">What is asked for.</param>
    /// <param name="interval">How often; longer than an answer may take.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="gracePeriod">How long after its start failures do not count.</param>
    public PodContainerBuilder HttpCheck(string endpoint, string path = "/", TimeSpan? interval = null, TimeSpan? timeout = null, TimeSpan? gracePeriod = null)
    {
        var check = new JsonObject { ["http"] = new JsonObject { ["endpoint"] = endpoint, ["path"] = path } };
        check.Put("intervalSeconds", JsonParts.Seconds(interval));
        check.Put("timeoutSeconds", JsonParts.Seconds(timeout));
        check.Put("gracePeriodSeconds", JsonParts.Seconds(gracePeriod));
        return Set("healthCheck", check);
    }

    /// <summary>A volume of the pod.</summary>
    /// <param name="volume">Its name.</param>
    /// <param name="path">Where it is in this container.</param>
    public PodContainerBuilder Mount(string volume, string path)
    {
        _json.Array("volumeMounts").Add((JsonNode)new JsonObject { ["name"] = volume, ["mountPath"] = path });
        return this;
    }

    /// <summary>Any member of the container, by its name in JSON.</summary>
    public PodContainerBuilder Set(string name, JsonNode? value)
    {
        _json[name] = value;
        return this;
    }

    internal JsonObject Build() => (JsonObject)_json.DeepClone();
}
