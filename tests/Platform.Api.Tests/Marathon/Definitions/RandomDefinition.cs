using System.Globalization;
using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Marathon.Definitions;

/// <summary>Makes definitions of all kinds from a seed.</summary>
internal sealed class RandomDefinition(int seed)
{
    private const string Alphabet = "abcXYZ 0189-_/\"\\\té漢";

    private readonly Random _random = new(seed);

    public JsonObject Next()
    {
        var app = new JsonObject { ["id"] = "/g" + _random.Next(9) + "/app-" + _random.Next(99) };
        if (Coin())
            app["cmd"] = "echo " + Text();
        else
            app["args"] = new JsonArray("a", Text());
        Maybe(app, "cpus", () => JsonValue.Create(Math.Round(_random.NextDouble() * 4 + 0.1, 3)));
        Maybe(app, "mem", () => JsonValue.Create(_random.Next(4096)));
        Maybe(app, "disk", () => JsonValue.Create(_random.Next(100)));
        Maybe(app, "instances", () => JsonValue.Create(_random.Next(50)));
        Maybe(app, "user", () => Text());
        Maybe(app, "backoffSeconds", () => JsonValue.Create(_random.Next(60)));
        Maybe(app, "backoffFactor", () => JsonValue.Create(1 + Math.Round(_random.NextDouble(), 2)));
        Maybe(app, "maxLaunchDelaySeconds", () => JsonValue.Create(_random.Next(3600)));
        Maybe(app, "taskKillGracePeriodSeconds", () => JsonValue.Create(_random.Next(60)));
        Maybe(app, "killSelection", () => Coin() ? "YOUNGEST_FIRST" : "OLDEST_FIRST");
        Maybe(app, "tty", () => JsonValue.Create(Coin()));
        Maybe(app, "labels", () => Map());
        Maybe(app, "env", () => Map());
        Maybe(app, "dependencies", () => new JsonArray("/other", "../x"));
        Maybe(app, "acceptedResourceRoles", () => new JsonArray("*"));
        Maybe(app, "constraints", () => new JsonArray(new JsonArray("hostname", "UNIQUE"), new JsonArray("rack", "LIKE", "r" + _random.Next(9))));
        Maybe(app, "fetch", () => new JsonArray(new JsonObject { ["uri"] = "http://x/" + _random.Next(9) + ".tgz", ["executable"] = Coin(), ["destPath"] = "d" }));
        Maybe(app, "upgradeStrategy", () => new JsonObject { ["minimumHealthCapacity"] = 0.5, ["maximumOverCapacity"] = Coin() ? 0.25 : 0 });
        Maybe(app, "unreachableStrategy", () => Coin() ? "disabled" : new JsonObject { ["inactiveAfterSeconds"] = 5, ["expungeAfterSeconds"] = 5 + _random.Next(9) });
        Maybe(app, "resourceLimits", () => new JsonObject { ["cpus"] = Coin() ? "unlimited" : 8, ["mem"] = 8192 });
        Maybe(app, "executorResources", () => new JsonObject { ["cpus"] = 0.2, ["mem"] = 64, ["disk"] = 20 });
        Maybe(app, "platform", Extension);
        AddNetworks(app);
        Maybe(app, "healthChecks", () => new JsonArray(HealthCheck()));
        return app;
    }

    private void AddNetworks(JsonObject app)
    {
        switch (_random.Next(5))
        {
            case 0:
                app["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = _random.Next(2000), ["name"] = "http-api", ["labels"] = Map() }, new JsonObject { ["protocol"] = "udp,tcp" });
                Maybe(app, "readinessChecks", () => new JsonArray(new JsonObject { ["intervalSeconds"] = 20, ["timeoutSeconds"] = 5 }));
                Maybe(app, "requirePorts", () => JsonValue.Create(Coin()));
                break;
            case 1:
                app["ports"] = new JsonArray(0, _random.Next(1, 65535));
                break;
            case 2:
                app["networks"] = new JsonArray(new JsonObject { ["mode"] = "container/bridge" });
                app["container"] = Container("DOCKER");
                break;
            case 3:
                app["networks"] = new JsonArray(new JsonObject { ["mode"] = "container", ["name"] = "net", ["labels"] = Map() });
                app["container"] = Container("MESOS");
                break;
            default:
                Maybe(app, "container", () => new JsonObject { ["type"] = "MESOS", ["volumes"] = Volumes() });
                break;
        }
    }

    private JsonObject Container(string type)
    {
        var container = new JsonObject
        {
            ["type"] = type,
            ["docker"] = new JsonObject { ["image"] = "img:" + _random.Next(9), ["forcePullImage"] = Coin() },
            ["portMappings"] = new JsonArray(new JsonObject { ["containerPort"] = 80, ["hostPort"] = 0, ["name"] = "web", ["labels"] = Map() }, new JsonObject { ["containerPort"] = 0 }),
            ["volumes"] = Volumes(),
        };
        if (type == "MESOS")
            Maybe(container, "linuxInfo", () => new JsonObject { ["ipcInfo"] = new JsonObject { ["mode"] = "PRIVATE", ["shmSize"] = 16 } });
        else
            container["docker"]!["parameters"] = new JsonArray(new JsonObject { ["key"] = "k", ["value"] = Text() });
        return container;
    }

    private JsonArray Volumes() =>
        Coin() ? [] : [new JsonObject { ["containerPath"] = "/in", ["hostPath"] = "/etc", ["mode"] = Coin() ? "RO" : "RW" }];

    private JsonObject HealthCheck() => _random.Next(3) switch
    {
        0 => new() { ["protocol"] = "COMMAND", ["command"] = new JsonObject { ["value"] = "true" }, ["delaySeconds"] = _random.Next(30) },
        1 => new() { ["protocol"] = "MESOS_HTTP", ["path"] = "/h", ["portIndex"] = 0, ["gracePeriodSeconds"] = _random.Next(30) },
        _ => new() { ["path"] = "/health", ["portIndex"] = 0, ["ignoreHttp1xx"] = Coin() },
    };

    private JsonObject Extension() => new()
    {
        ["priority"] = _random.Next(101),
        ["runOnce"] = Coin(),
        ["gang"] = true,
        ["gangDeadlineSeconds"] = _random.Next(1, 100),
        ["preStop"] = "sleep 1",
        ["secretChange"] = Coin() ? new JsonObject { ["mode"] = "restart" } : new JsonObject { ["mode"] = "signal", ["signal"] = "SIGUSR1" },
        ["progressDeadlineSeconds"] = _random.Next(1, 100),
        ["preferences"] = new JsonArray(new JsonObject { ["target"] = "rack", ["value"] = "r1", ["weight"] = _random.Next(-100, 101) }),
        ["autoscaling"] = new JsonObject { ["min"] = 0, ["max"] = 9, ["targets"] = new JsonArray(new JsonObject { ["value"] = 0.5 }) },
    };

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
