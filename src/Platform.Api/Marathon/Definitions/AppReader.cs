using System.Buffers;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads an app's definition or update from JSON. Members that Marathon does not know are passed over, as Marathon did.</summary>
internal static class AppReader
{
    private static readonly SearchValues<char> NotInUris = SearchValues.Create(" <>\"{}|\\^`");

    public static AppDocument? Read(JsonElement json, string path, JsonProblems problems)
    {
        if (JsonObjectReader.Open(json, path, problems) is not { } app)
            return null;
        var (disabled, unreachable) = ReadUnreachable(app);
        return new()
        {
            Id = app.Text("id", 1),
            Version = ReadVersion(app),
            HasOnlyIdAndVersion = app.Element.EnumerateObject().All(m => m.Name is "id" or "version" || m.Value.ValueKind == JsonValueKind.Null),
            Cmd = app.Text("cmd", 1),
            Args = app.Texts("args"),
            ClearsCmd = IsNull(app, "cmd"),
            ClearsArgs = IsNull(app, "args"),
            User = app.Text("user"),
            Env = app.Map("env", ReadEnvValue),
            Instances = app.Integer("instances", 0, Bounds.Instances),
            Cpus = app.Number("cpus", 0.001, Bounds.Resource),
            Mem = app.Number("mem", 0, Bounds.Resource),
            Disk = app.Number("disk", 0, Bounds.Resource),
            Gpus = app.Integer("gpus", 0, (int)Bounds.Resource),
            ResourceLimits = ReadLimits(app),
            Executor = app.Text("executor"),
            ExecutorResources = ReadExecutor(app),
            Fetch = app.List("fetch", ReadFetch),
            Constraints = app.List("constraints", PlacementReader.ReadConstraint, unique: true),
            Container = app.Object("container") is { } container ? ContainerReader.Read(container) : null,
            Networks = app.List("networks", NetworkReader.ReadNetwork),
            PortDefinitions = app.List("portDefinitions", NetworkReader.ReadPortDefinition),
            RequirePorts = app.Flag("requirePorts"),
            HealthChecks = app.List("healthChecks", CheckReader.ReadHealthCheck, unique: true),
            Check = app.Object("check") is { } check ? CheckReader.ReadCheck(check) : null,
            ReadinessChecks = app.List("readinessChecks", CheckReader.ReadReadinessCheck),
            Dependencies = app.List("dependencies", ReadDependency, unique: true),
            UpgradeStrategy = ReadUpgradeStrategy(app),
            Labels = app.TextMap("labels"),
            AcceptedResourceRoles = app.Texts("acceptedResourceRoles", unique: true),
            Role = app.Text("role", 1),
            BackoffSeconds = app.Integer("backoffSeconds", 0),
            BackoffFactor = app.Number("backoffFactor", 1, Bounds.Factor),
            MaxLaunchDelaySeconds = app.Integer("maxLaunchDelaySeconds", 0),
            KillSelection = ReadKillSelection(app),
            UnreachableDisabled = disabled,
            UnreachableStrategy = unreachable,
            TaskKillGracePeriodSeconds = app.Integer("taskKillGracePeriodSeconds", 0),
            Secrets = app.Map("secrets", ReadSecret),
            Tty = app.Flag("tty"),
            Extension = ExtensionReader.Read(app),
            SaysPlatform = app.Has("platform"),
            SaysCanary = ExtensionReader.SaysCanary(app),
            Ports = app.Integers("ports", 0, 65_535),
            Uris = app.Texts("uris", minLength: 1),
            IpAddress = app.Object("ipAddress") is { } address ? NetworkReader.ReadIpAddress(address) : null,
        };
    }

    private static bool IsNull(JsonObjectReader app, string name) => app.Element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public static ExecutorResources? ReadExecutor(JsonObjectReader app) => app.Object("executorResources") is { } executor
        ? new()
        {
            Cpus = executor.Number("cpus", 0.1, Bounds.Resource) ?? 0.1,
            Mem = executor.Number("mem", 32, Bounds.Resource) ?? 32,
            Disk = executor.Number("disk", 10, Bounds.Resource) ?? 10,
        }
        : null;

    public static string? ReadVersion(JsonObjectReader app)
    {
        if (app.Text("version") is not { } text)
            return null;
        if (Timestamps.Normalize(text) is { } version)
            return version;
        app.Problems.Shape(app.At("version"), "error.expected.date.isoformat", "an instant such as 2026-01-31T12:00:00.000Z");
        return null;
    }

    public static EnvValue? ReadEnvValue(JsonElement value, string at, JsonProblems problems)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var reader = new JsonObjectReader(value, at, problems);
            return reader.Require("secret") && reader.Text("secret") is { } secret ? new() { Secret = secret } : null;
        }
        if (value.ValueKind == JsonValueKind.String)
            return JsonObjectReader.TextOf(value, at, problems) is { } text ? new() { Text = text } : null;
        problems.Shape(at, "error.expected.jsstring", "a text, or an object with the name of a secret");
        return null;
    }

    public static string? ReadSecret(JsonElement value, string at, JsonProblems problems) =>
        JsonObjectReader.Open(value, at, problems) is { } secret && secret.Require("source") ? secret.Text("source", 1) : null;

    public static FetchSpec? ReadFetch(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } fetch || !fetch.Require("uri"))
            return null;
        var uri = fetch.Text("uri", 1, 1_024);
        if (uri is not null)
            CheckUri(uri, fetch.At("uri"), problems);
        return new()
        {
            Uri = uri ?? "",
            Extract = fetch.Flag("extract") ?? true,
            Executable = fetch.Flag("executable") ?? false,
            Cache = fetch.Flag("cache") ?? false,
            DestPath = fetch.Text("destPath", 1, 1_024),
        };
    }

    /// <summary>The characters that java.net.URI refuses, which is what Marathon asked.</summary>
    public static void CheckUri(string uri, string at, JsonProblems problems)
    {
        if (uri.AsSpan().ContainsAny(NotInUris) || uri.Any(char.IsControl) || !Uri.TryCreate(uri, UriKind.RelativeOrAbsolute, out _))
            problems.Rule(at, "URI has invalid syntax.");
    }

    private static string? ReadDependency(JsonElement value, string at, JsonProblems problems)
    {
        var path = JsonObjectReader.TextOf(value, at, problems, 1);
        if (path is null || AppPath.HasValidNames(path))
            return path;
        problems.Rule(at, PathRules.InvalidNames);
        return null;
    }

    public static KillSelection? ReadKillSelection(JsonObjectReader app) => app.Choice("killSelection", "YOUNGEST_FIRST", "OLDEST_FIRST") switch
    {
        "YOUNGEST_FIRST" => KillSelection.YoungestFirst,
        "OLDEST_FIRST" => KillSelection.OldestFirst,
        _ => null,
    };

    private static UpgradeStrategy? ReadUpgradeStrategy(JsonObjectReader app) =>
        app.Object("upgradeStrategy") is { } strategy
            ? new()
            {
                MinimumHealthCapacity = strategy.Number("minimumHealthCapacity", 0, 1) ?? 1,
                MaximumOverCapacity = strategy.Number("maximumOverCapacity", 0, 1) ?? 1,
            }
            : null;

    public static (bool Disabled, UnreachableStrategy? Strategy) ReadUnreachable(JsonObjectReader app)
    {
        if (!app.TryGet("unreachableStrategy", out var value))
            return default;
        if (value.ValueKind == JsonValueKind.String)
        {
            if (string.Equals(value.GetString(), "disabled", StringComparison.OrdinalIgnoreCase))
                return (true, null);
            app.Problems.Shape(app.At("unreachableStrategy"), "error.unknown.enum.literal", "disabled, or an object");
            return default;
        }
        if (app.Object("unreachableStrategy") is not { } strategy)
            return default;
        return (false, new()
        {
            InactiveAfterSeconds = strategy.Long("inactiveAfterSeconds", 0, Bounds.Seconds) ?? 0,
            ExpungeAfterSeconds = strategy.Long("expungeAfterSeconds", 0, Bounds.Seconds) ?? 0,
        });
    }

    public static AppResourceLimits? ReadLimits(JsonObjectReader app) =>
        app.Object("resourceLimits") is { } limits ? new() { Cpus = ReadLimit(limits, "cpus"), Mem = ReadLimit(limits, "mem") } : null;

    private static double? ReadLimit(JsonObjectReader limits, string name)
    {
        if (!limits.TryGet(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
        {
            if (value.GetString() == "unlimited")
                return -1;
            limits.Rule(name, $"'{value.GetString()}' is an invalid resource limit. It must be 'unlimited' or a number");
            return null;
        }
        return limits.Number(name, 0, Bounds.Resource);
    }
}
