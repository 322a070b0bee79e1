using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Pods;

/// <summary>Reads one container of a pod.</summary>
internal static class PodContainerReader
{
    private const int LongestName = 63;
    private const int LongestPath = 1_024;

    public static PodContainerSpec? Read(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } container)
            return null;
        var exec = container.Object("exec");
        container.Require("resources");
        var resources = container.Object("resources");
        var lifecycle = container.Object("lifecycle");
        var (role, preStop) = ReadExtension(container);
        return new()
        {
            Name = ReadName(container, "name"),
            Command = exec is { } e ? ReadCommand(e) : null,
            OverrideEntrypoint = exec?.Flag("overrideEntrypoint"),
            Cpus = resources?.Number("cpus", 0.001, Bounds.Resource) ?? 1,
            Mem = resources?.Number("mem", 0.001, Bounds.Resource) ?? 128,
            Disk = resources?.Number("disk", 0, Bounds.Resource) ?? 0,
            Gpus = resources?.Integer("gpus", 0, (int)Bounds.Resource) ?? 0,
            ResourceLimits = AppReader.ReadLimits(container) is { } limits && limits is not { Cpus: null, Mem: null } ? limits : null,
            Endpoints = container.List("endpoints", ReadEndpoint) ?? default,
            Image = container.Object("image") is { } image ? ReadImage(image) : null,
            Env = container.Map("environment", AppReader.ReadEnvValue) ?? default,
            User = container.Text("user") is { Length: > 0 } user ? user : null,
            HealthCheck = container.Object("healthCheck") is { } health ? ReadHealthCheck(health) : null,
            Check = container.Object("check") is { } check ? ReadCheck(check) : null,
            VolumeMounts = container.List("volumeMounts", ReadMount) ?? default,
            Artifacts = container.List("artifacts", AppReader.ReadFetch) ?? default,
            Labels = container.TextMap("labels") ?? default,
            KillGracePeriodSeconds = lifecycle?.Number("killGracePeriodSeconds", 0, Bounds.Seconds),
            HasLifecycle = lifecycle is not null,
            Tty = container.Flag("tty"),
            LinuxInfoJson = container.Object("linuxInfo") is { } linux ? ContainerReader.ReadLinuxInfo(linux) : null,
            Role = role,
            PreStop = preStop,
        };
    }

    /// <summary>A name that must be there: lowercase letters, digits and, inside, hyphens. Empty after a problem.</summary>
    public static string ReadName(JsonObjectReader reader, string member)
    {
        reader.Require(member);
        return reader.TryGet(member, out var value) ? NameOf(value, reader.At(member), reader.Problems) ?? "" : "";
    }

    private static string? NameOf(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.TextOf(value, at, problems, 1, LongestName) is not { } name)
            return null;
        if (NetworkReader.IsName(name, underscores: false))
            return name;
        problems.Rule(at, "must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$");
        return null;
    }

    private static CommandSpec ReadCommand(JsonObjectReader exec)
    {
        exec.Require("command");
        var (shell, argv) = exec.Object("command") is { } command ? CheckReader.ReadCommand(command) : default;
        if (shell is null && argv.IsEmpty && exec.Object("command") is { } empty && empty.Has("argv"))
            empty.Rule("argv", "must not be empty");
        return new() { Shell = shell, Argv = argv };
    }

    private static PodEndpointSpec? ReadEndpoint(JsonElement value, string at, JsonProblems problems) =>
        JsonObjectReader.Open(value, at, problems) is { } endpoint
            ? new()
            {
                Name = ReadName(endpoint, "name"),
                ContainerPort = endpoint.Integer("containerPort", 0, 65_535),
                HostPort = endpoint.Integer("hostPort", 0, 65_535),
                Protocols = endpoint.List("protocol", NameOf) ?? default,
                Labels = endpoint.TextMap("labels") ?? default,
                NetworkNames = endpoint.Texts("networkNames", minLength: 1) ?? default,
            }
            : null;

    private static PodImageSpec ReadImage(JsonObjectReader image)
    {
        image.Require("kind");
        image.Choice("kind", "DOCKER");
        image.Require("id");
        var pull = image.Object("pullConfig");
        pull?.Require("secret");
        return new()
        {
            Id = image.Text("id", 1, LongestPath) ?? "",
            ForcePull = image.Flag("forcePull"),
            PullConfigSecret = pull?.Text("secret", 1),
            Labels = image.TextMap("labels") ?? default,
        };
    }

    private static PodVolumeMount? ReadMount(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } mount)
            return null;
        mount.Require("mountPath");
        return new(ReadName(mount, "name"), mount.Text("mountPath", 1, LongestPath) ?? "", mount.Flag("readOnly") ?? false);
    }

    private static PodCheckSpec ReadHealthCheck(JsonObjectReader check)
    {
        var common = ReadCheck(check);
        return common with
        {
            GracePeriodSeconds = check.Integer("gracePeriodSeconds", 0) ?? 300,
            MaxConsecutiveFailures = check.Integer("maxConsecutiveFailures", 0) ?? 3,
        };
    }

    private static PodCheckSpec ReadCheck(JsonObjectReader check)
    {
        var http = check.Object("http");
        var tcp = check.Object("tcp");
        var exec = check.Object("exec");
        if ((check.Has("http") ? 1 : 0) + (check.Has("tcp") ? 1 : 0) + (check.Has("exec") ? 1 : 0) != 1)
            check.Rule("", "Only one of http, tcp, or command may be specified");
        var spec = new PodCheckSpec
        {
            GracePeriodSeconds = 0,
            MaxConsecutiveFailures = 0,
            IntervalSeconds = check.Integer("intervalSeconds", 0) ?? 60,
            TimeoutSeconds = check.Integer("timeoutSeconds", 0) ?? 20,
            DelaySeconds = check.Integer("delaySeconds", 0) ?? 15,
        };
        if (http is { } h)
        {
            return spec with
            {
                Kind = h.Choice("scheme", "HTTP", "HTTPS") == "HTTPS" ? CheckKind.Https : CheckKind.Http,
                Endpoint = ReadName(h, "endpoint"),
                Path = h.Text("path", 1, LongestPath),
            };
        }
        if (tcp is { } t)
            return spec with { Kind = CheckKind.Tcp, Endpoint = ReadName(t, "endpoint") };
        return exec is { } x ? spec with { Kind = CheckKind.Command, Command = ReadCommand(x) } : spec;
    }

    private static (PodContainerRole Role, string? PreStop) ReadExtension(JsonObjectReader container)
    {
        if (container.Object("platform") is not { } platform)
            return default;
        ExtensionReader.OnlyKnown(platform, "role", "preStop");
        var role = platform.Choice("role", "main", "init", "sidecar") switch
        {
            "init" => PodContainerRole.Init,
            "sidecar" => PodContainerRole.Sidecar,
            _ => PodContainerRole.Main,
        };
        return (role, platform.Text("preStop", 1));
    }
}
