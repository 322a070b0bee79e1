using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Pods;

/// <summary>Makes the definition of a pod: containers that run together. What is not said is left to the control plane's default.</summary>
/// <example><code>
/// var definition = new PodBuilder("/site")
///     .Container("web", it => it.Command("exec ./serve").Resources(0.1, 64).Endpoint("http").HttpCheck("http").Mount("pages", "www"))
///     .Container("writer", it => it.Command("exec ./write www").Resources(0.1, 32).Mount("pages", "www"))
///     .Volume("pages").Instances(2).Build();
/// await client.Pods.CreateAsync(definition);
/// </code></example>
/// <param name="id">The path, such as <c>/shop/site</c>.</param>
public sealed class PodBuilder(string id)
{
    private readonly JsonObject _json = new() { ["id"] = id };

    /// <summary>A container.</summary>
    /// <param name="name">Its name in the pod.</param>
    /// <param name="describe">Says what it is.</param>
    public PodBuilder Container(string name, Action<PodContainerBuilder> describe)
    {
        var container = new PodContainerBuilder(name);
        describe(container);
        _json.Array("containers").Add((JsonNode)container.Build());
        return this;
    }

    /// <summary>How many instances; 0: none for now.</summary>
    public PodBuilder Instances(int count) => Set("scaling", new JsonObject { ["kind"] = "fixed", ["instances"] = count });

    /// <summary>An environment variable of all containers.</summary>
    public PodBuilder Env(string name, string value)
    {
        _json.Object("environment")[name] = value;
        return this;
    }

    /// <summary>A label.</summary>
    public PodBuilder Label(string name, string value)
    {
        _json.Object("labels")[name] = value;
        return this;
    }

    /// <summary>A folder that containers share, as long as the instance lives.</summary>
    public PodBuilder Volume(string name)
    {
        _json.Array("volumes").Add((JsonNode)new JsonObject { ["name"] = name });
        return this;
    }

    /// <summary>A folder of the machine that containers share.</summary>
    /// <param name="name">What they call it.</param>
    /// <param name="path">On the machine.</param>
    public PodBuilder HostVolume(string name, string path)
    {
        _json.Array("volumes").Add((JsonNode)new JsonObject { ["name"] = name, ["host"] = path });
        return this;
    }

    /// <summary>The network: <c>host</c> (default), or <c>container/bridge</c>.</summary>
    public PodBuilder Network(string mode) => Set("networks", new JsonArray(new JsonObject { ["mode"] = mode }));

    /// <summary>Any member of the definition, by its name in JSON.</summary>
    public PodBuilder Set(string name, JsonNode? value)
    {
        _json[name] = value;
        return this;
    }

    /// <summary>The definition, for <see cref="PodsClient.CreateAsync"/> or <see cref="IPlatformClient.PlanAsync"/>.</summary>
    public JsonObject Build() => (JsonObject)_json.DeepClone();
}
