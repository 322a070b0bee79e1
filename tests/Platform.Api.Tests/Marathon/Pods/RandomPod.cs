using System.Globalization;
using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Marathon.Pods;

/// <summary>Makes definitions of pods of all kinds from a seed.</summary>
internal sealed class RandomPod(int seed)
{
    private const string Alphabet = "abcXYZ 0189-_/\"\\\té漢";

    private readonly Random _random = new(seed);

    public JsonObject Next()
    {
        var pod = new JsonObject { ["id"] = "/g" + _random.Next(9) + "/pod-" + _random.Next(99), ["secrets"] = new JsonObject { ["s"] = new JsonObject { ["source"] = "/a" } } };
        var mode = _random.Next(4);
        if (mode > 0)
            pod["networks"] = new JsonArray(mode switch { 1 => new JsonObject { ["mode"] = "host" }, 2 => new JsonObject { ["mode"] = "container/bridge" }, _ => new JsonObject { ["mode"] = "container", ["name"] = "n", ["labels"] = Map() } });
        var volumes = new JsonArray(new JsonObject { ["name"] = "tmp" }, new JsonObject { ["name"] = "host", ["host"] = "/etc" }, new JsonObject { ["name"] = "key", ["secret"] = "s" });
        var resident = Coin();
        if (resident)
            volumes.Add(new JsonObject { ["name"] = "data", ["persistent"] = new JsonObject { ["size"] = 1 + _random.Next(9), ["type"] = Coin() ? "root" : "path" } });
        pod["volumes"] = volumes;
        pod["containers"] = new JsonArray([.. Enumerable.Range(0, 1 + _random.Next(3)).Select(i => Container(i, mode, volumes))]);
        Maybe(pod, "labels", Map);
        Maybe(pod, "user", () => Text());
        Maybe(pod, "environment", () => new JsonObject { ["A_" + _random.Next(9)] = Text(), ["S"] = new JsonObject { ["secret"] = "s" } });
        Maybe(pod, "scaling", () => new JsonObject { ["kind"] = "fixed", ["instances"] = _random.Next(9) });
        Maybe(pod, "scheduling", () => Scheduling(resident));
        Maybe(pod, "executorResources", () => new JsonObject { ["cpus"] = 0.2, ["mem"] = 64 });
        Maybe(pod, "linuxInfo", () => new JsonObject { ["ipcInfo"] = new JsonObject { ["mode"] = "PRIVATE", ["shmSize"] = 1 } });
        Maybe(pod, "platform", () => new JsonObject { ["priority"] = _random.Next(101), ["runOnce"] = Coin(), ["preStop"] = Text(), ["disruptionBudget"] = 1 });
        return pod;
    }

    private JsonObject Container(int index, int mode, JsonArray volumes)
    {
        var container = new JsonObject { ["name"] = "c" + index, ["resources"] = new JsonObject { ["cpus"] = Math.Round(_random.NextDouble() + 0.01, 3), ["mem"] = 1 + _random.Next(99) } };
        Maybe(container, "exec", () => new JsonObject { ["command"] = Coin() ? new JsonObject { ["shell"] = Text() } : new JsonObject { ["argv"] = new JsonArray("a", Text()) } });
        Maybe(container, "image", () => new JsonObject { ["kind"] = "DOCKER", ["id"] = "i:" + _random.Next(9), ["forcePull"] = Coin(), ["pullConfig"] = new JsonObject { ["secret"] = "s" } });
        Maybe(container, "resourceLimits", () => new JsonObject { ["cpus"] = "unlimited", ["mem"] = 1_000 });
        Maybe(container, "environment", () => new JsonObject { ["B"] = Text() });
        Maybe(container, "user", () => Text());
        Maybe(container, "labels", Map);
        Maybe(container, "lifecycle", () => Coin() ? new JsonObject() : new JsonObject { ["killGracePeriodSeconds"] = _random.Next(99) / 2.0 });
        Maybe(container, "tty", () => JsonValue.Create(Coin()));
        Maybe(container, "artifacts", () => new JsonArray(new JsonObject { ["uri"] = "http://x/" + _random.Next(9) }));
        Maybe(container, "linuxInfo", () => new JsonObject { ["seccomp"] = new JsonObject { ["unconfined"] = true }, ["ipcInfo"] = new JsonObject { ["mode"] = "SHARE_PARENT" } });
        if (index > 0)
            Maybe(container, "platform", () => new JsonObject { ["role"] = Coin() ? "init" : "sidecar", ["preStop"] = Text() });
        container["volumeMounts"] = new JsonArray([.. volumes.Select(volume => Mount(volume!["name"]!.GetValue<string>()))]);
        var endpoint = new JsonObject { ["name"] = "e" + index };
        if (mode == 3)
            endpoint["containerPort"] = 80 + index;
        Maybe(endpoint, "hostPort", () => JsonValue.Create(Coin() ? 0 : 5_000 + index));
        Maybe(endpoint, "protocol", () => new JsonArray("tcp", "udp"));
        Maybe(endpoint, "labels", Map);
        container["endpoints"] = new JsonArray(endpoint);
        Maybe(container, "healthCheck", () => Check("e" + index, isHealth: true));
        Maybe(container, "check", () => Check("e" + index, isHealth: false));
        return container;
    }

    private JsonObject Mount(string name)
    {
        var mount = new JsonObject { ["name"] = name, ["mountPath"] = "m-" + name };
        Maybe(mount, "readOnly", () => JsonValue.Create(Coin()));
        return mount;
    }

    private JsonObject Check(string endpoint, bool isHealth)
    {
        var check = new JsonObject { ["intervalSeconds"] = 30, ["timeoutSeconds"] = _random.Next(30) };
        if (isHealth)
            check["gracePeriodSeconds"] = _random.Next(99);
        switch (_random.Next(3))
        {
            case 0:
                check["http"] = new JsonObject { ["endpoint"] = endpoint, ["path"] = "/h", ["scheme"] = Coin() ? "HTTP" : "HTTPS" };
                break;
            case 1:
                check["tcp"] = new JsonObject { ["endpoint"] = endpoint };
                break;
            default:
                check["exec"] = new JsonObject { ["command"] = new JsonObject { ["shell"] = Text() } };
                break;
        }
        return check;
    }

    private JsonObject Scheduling(bool resident)
    {
        var scheduling = new JsonObject();
        Maybe(scheduling, "backoff", () => new JsonObject { ["backoff"] = _random.Next(9) / 2.0, ["maxLaunchDelay"] = 60 });
        Maybe(scheduling, "upgrade", () => new JsonObject { ["minimumHealthCapacity"] = 0.5, ["maximumOverCapacity"] = resident ? 0 : 0.25 });
        Maybe(scheduling, "placement", () => new JsonObject { ["constraints"] = new JsonArray(new JsonObject { ["fieldName"] = "rack", ["operator"] = "LIKE", ["value"] = "r" }), ["acceptedResourceRoles"] = new JsonArray("*") });
        Maybe(scheduling, "killSelection", () => Coin() ? "YOUNGEST_FIRST" : "OLDEST_FIRST");
        Maybe(scheduling, "unreachableStrategy", () => resident || Coin() ? "disabled" : new JsonObject { ["inactiveAfterSeconds"] = 1, ["expungeAfterSeconds"] = 2 });
        return scheduling;
    }

    private JsonObject Map()
    {
        var map = new JsonObject();
        for (var i = _random.Next(4); i > 0; i--)
            map["K" + _random.Next(99).ToString(CultureInfo.InvariantCulture)] = Text();
        return map;
    }

    private string Text() => new([.. Enumerable.Range(0, _random.Next(1, 12)).Select(_ => Alphabet[_random.Next(Alphabet.Length)])]);

    private bool Coin() => _random.Next(2) == 0;

    private void Maybe(JsonObject json, string name, Func<JsonNode?> make)
    {
        if (Coin())
            json[name] = make();
    }
}
