using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads an app's container.</summary>
internal static class ContainerReader
{
    public static ContainerDocument Read(JsonObjectReader container)
    {
        var docker = container.Object("docker");
        return new()
        {
            Type = container.Choice("type", "MESOS", "DOCKER") ?? "DOCKER",
            Docker = docker is { } d ? ReadDocker(d) : null,
            DockerNetwork = docker?.Choice("network", "BRIDGE", "HOST", "NONE", "USER"),
            DockerPortMappings = docker?.List("portMappings", NetworkReader.ReadPortMapping),
            HasCredential = docker?.Has("credential") ?? false,
            PortMappings = container.List("portMappings", NetworkReader.ReadPortMapping),
            Volumes = container.List("volumes", VolumeReader.Read) ?? default,
            LinuxInfoJson = container.Object("linuxInfo") is { } linux ? ReadLinuxInfo(linux) : null,
        };
    }

    private static DockerSpec ReadDocker(JsonObjectReader docker)
    {
        docker.Require("image");
        string? secret = null;
        if (docker.Object("pullConfig") is { } pull)
        {
            pull.Require("secret");
            secret = pull.Text("secret", 1);
        }
        return new()
        {
            Image = docker.Text("image", 1) ?? "",
            ForcePullImage = docker.Flag("forcePullImage") ?? false,
            Privileged = docker.Flag("privileged") ?? false,
            Parameters = docker.List("parameters", ReadParameter) ?? default,
            PullConfigSecret = secret,
        };
    }

    private static DockerParameter? ReadParameter(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } parameter)
            return null;
        var complete = parameter.Require("key") & parameter.Require("value");
        var key = parameter.Text("key", 1);
        var text = parameter.Text("value");
        return complete && key is not null && text is not null ? new(key, text) : null;
    }

    public static string ReadLinuxInfo(JsonObjectReader linux)
    {
        if (linux.Object("seccomp") is { } seccomp)
        {
            var profile = seccomp.Text("profileName");
            var unconfined = seccomp.Flag("unconfined") ?? false;
            if (unconfined && profile is not null)
                seccomp.Rule("", "Seccomp unconfined can NOT be true when Profile is defined");
            else if (!unconfined && profile is null)
                seccomp.Rule("", "Seccomp unconfined must be true when Profile is NOT defined");
        }
        if (linux.Object("ipcInfo") is { } ipc)
        {
            ipc.Require("mode");
            var mode = ipc.Choice("mode", "PRIVATE", "SHARE_PARENT");
            if (ipc.Integer("shmSize", 0) is not null && mode == "SHARE_PARENT")
                ipc.Rule("", "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT");
        }
        linux.Flag("sharePidNamespace");
        ReadCapabilities(linux, "effectiveCapabilities");
        ReadCapabilities(linux, "boundingCapabilities");
        return CanonicalJson.Of(linux.Element);
    }

    private static void ReadCapabilities(JsonObjectReader linux, string name)
    {
        var index = 0;
        foreach (var capability in linux.Texts(name) ?? default)
        {
            if (LinuxCapabilities.Find(capability) is null)
                linux.Rule($"{name}({index})", $"'{capability}' is not a capability of Linux such as NET_BIND_SERVICE");
            index++;
        }
    }
}
