using System.Globalization;
using Docker.DotNet.Models;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>The long options of <c>docker run</c>, as far as a task may give them.</summary>
internal static class ContainerOptions
{
    private static readonly Dictionary<string, Action<CreateContainerParameters, string>> Known = new(StringComparer.Ordinal)
    {
        ["add-host"] = (c, v) => (c.HostConfig!.ExtraHosts ??= []).Add(v),
        ["cap-add"] = (c, v) => (c.HostConfig!.CapAdd ??= []).Add(v),
        ["cap-drop"] = (c, v) => (c.HostConfig!.CapDrop ??= []).Add(v),
        ["cgroupns"] = (c, v) => c.HostConfig!.CgroupnsMode = v,
        ["cpu-period"] = (c, v) => c.HostConfig!.CPUPeriod = Number(v),
        ["cpu-quota"] = (c, v) => c.HostConfig!.CPUQuota = Number(v),
        ["cpu-shares"] = (c, v) => c.HostConfig!.CPUShares = Number(v),
        ["cpuset-cpus"] = (c, v) => c.HostConfig!.CpusetCpus = v,
        ["cpuset-mems"] = (c, v) => c.HostConfig!.CpusetMems = v,
        ["device"] = (c, v) => (c.HostConfig!.Devices ??= []).Add(Device(v)),
        ["device-cgroup-rule"] = (c, v) => (c.HostConfig!.DeviceCgroupRules ??= []).Add(v),
        ["dns"] = (c, v) => (c.HostConfig!.DNS ??= []).Add(v),
        ["dns-opt"] = (c, v) => (c.HostConfig!.DNSOptions ??= []).Add(v),
        ["dns-option"] = (c, v) => (c.HostConfig!.DNSOptions ??= []).Add(v),
        ["dns-search"] = (c, v) => (c.HostConfig!.DNSSearch ??= []).Add(v),
        ["domainname"] = (c, v) => c.Domainname = v,
        ["entrypoint"] = (c, v) => SetEntrypoint(c, v),
        ["env"] = (c, v) => c.Env.Add(v),
        ["group-add"] = (c, v) => (c.HostConfig!.GroupAdd ??= []).Add(v),
        ["hostname"] = (c, v) => c.Hostname = v,
        ["init"] = (c, v) => c.HostConfig!.Init = Switch(v),
        ["interactive"] = (c, v) => c.OpenStdin = Switch(v),
        ["ip"] = (c, v) => Endpoint(c).IPAMConfig = new EndpointIPAMConfig { IPv4Address = v },
        ["ipc"] = (c, v) => c.HostConfig!.IpcMode = v,
        ["label"] = (c, v) => { var (key, value) = Pair(v); c.Labels.TryAdd(key, value); },
        ["memory"] = (c, v) => c.HostConfig!.Memory = Bytes(v),
        ["memory-reservation"] = (c, v) => c.HostConfig!.MemoryReservation = Bytes(v),
        ["memory-swap"] = (c, v) => c.HostConfig!.MemorySwap = v == "-1" ? -1 : Bytes(v),
        ["memory-swappiness"] = (c, v) => c.HostConfig!.MemorySwappiness = Number(v),
        ["net"] = (c, v) => c.HostConfig!.NetworkMode = v,
        ["net-alias"] = (c, v) => (Endpoint(c).Aliases ??= []).Add(v),
        ["network"] = (c, v) => c.HostConfig!.NetworkMode = v,
        ["network-alias"] = (c, v) => (Endpoint(c).Aliases ??= []).Add(v),
        ["oom-kill-disable"] = (c, v) => c.HostConfig!.OomKillDisable = Switch(v),
        ["oom-score-adj"] = (c, v) => c.HostConfig!.OomScoreAdj = Number(v),
        ["pid"] = (c, v) => c.HostConfig!.PidMode = v,
        ["pids-limit"] = (c, v) => c.HostConfig!.PidsLimit = Number(v),
        ["privileged"] = (c, v) => c.HostConfig!.Privileged = Switch(v),
        ["read-only"] = (c, v) => c.HostConfig!.ReadonlyRootfs = Switch(v),
        // The agent removes the container when its end is known.
        ["rm"] = (_, _) => { },
        ["runtime"] = (c, v) => c.HostConfig!.Runtime = v,
        ["security-opt"] = (c, v) => (c.HostConfig!.SecurityOpt ??= []).Add(v),
        ["shm-size"] = (c, v) => c.HostConfig!.ShmSize = Bytes(v),
        ["stop-signal"] = (c, v) => c.StopSignal = v,
        ["storage-opt"] = (c, v) => { var (key, value) = Pair(v); (c.HostConfig!.StorageOpt ??= new Dictionary<string, string>())[key] = value; },
        ["sysctl"] = (c, v) => { var (key, value) = Pair(v); (c.HostConfig!.Sysctls ??= new Dictionary<string, string>())[key] = value; },
        ["tmpfs"] = (c, v) => { var (path, how) = Cut(v, ':'); (c.HostConfig!.Tmpfs ??= new Dictionary<string, string>())[path] = how; },
        ["tty"] = (c, v) => c.Tty = Switch(v),
        ["ulimit"] = (c, v) => (c.HostConfig!.Ulimits ??= []).Add(Limit(v)),
        ["user"] = (c, v) => c.User = v,
        ["userns"] = (c, v) => c.HostConfig!.UsernsMode = v,
        ["uts"] = (c, v) => c.HostConfig!.UTSMode = v,
        ["volume"] = (c, v) => (c.HostConfig!.Binds ??= []).Add(v),
        ["volume-driver"] = (c, v) => c.HostConfig!.VolumeDriver = v,
        ["volumes-from"] = (c, v) => (c.HostConfig!.VolumesFrom ??= []).Add(v),
        ["workdir"] = (c, v) => c.WorkingDir = v,
    };

    /// <summary>Why an option cannot be given; null: it can.</summary>
    public static string? Problem(ContainerOption option)
    {
        if (!Known.TryGetValue(option.Name, out var set))
            return $"The parameter '{option.Name}' is not one that a task can give. Known: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}";
        try
        {
            set(new CreateContainerParameters { Env = [], Labels = new Dictionary<string, string>(), HostConfig = new HostConfig { NetworkMode = "bridge" } }, option.Value);
            return null;
        }
        catch (FormatException e)
        {
            return $"The parameter '{option.Name}' has the value '{option.Value}': {e.Message}";
        }
    }

    /// <summary>Applies an option to a container.</summary>
    /// <exception cref="TaskStartException">It cannot be given.</exception>
    public static void Apply(ContainerOption option, CreateContainerParameters container)
    {
        if (Problem(option) is { } problem)
            throw new TaskStartException(TaskReasons.Invalid, problem);
        Known[option.Name](container, option.Value);
    }

    // The task's own command stays the arguments of what takes the place of the image's entry point.
    private static void SetEntrypoint(CreateContainerParameters container, string value)
    {
        if (container.Entrypoint is ["/bin/sh"] && container.Cmd is ["-c", ..])
            container.Cmd = ["/bin/sh", .. container.Cmd];
        container.Entrypoint = [value];
    }

    private static EndpointSettings Endpoint(CreateContainerParameters container)
    {
        container.NetworkingConfig ??= new NetworkingConfig { EndpointsConfig = new Dictionary<string, EndpointSettings>() };
        var network = container.HostConfig!.NetworkMode;
        if (!container.NetworkingConfig.EndpointsConfig.TryGetValue(network, out var endpoint))
            container.NetworkingConfig.EndpointsConfig[network] = endpoint = new EndpointSettings();
        return endpoint;
    }

    private static bool Switch(string value) => value.Length == 0 || (bool.TryParse(value, out var given) ? given : throw new FormatException("true or false is expected"));

    private static long Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("a whole number is expected");

    // 512, 512b, 64k, 64m, 2g, as Docker writes sizes: in powers of 1024.
    private static long Bytes(string value)
    {
        var text = value.TrimEnd('b', 'B');
        var factor = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 1024L, 'm' => 1024L * 1024, 'g' => 1024L * 1024 * 1024, 't' => 1024L * 1024 * 1024 * 1024, _ => 1L };
        if (factor > 1)
            text = text[..^1];
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (long)(number * factor)
            : throw new FormatException("a size such as 64m is expected");
    }

    private static (string Key, string Value) Pair(string text) => Cut(text, '=');

    private static (string First, string Second) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    // /dev/a[:/dev/b[:rwm]]
    private static DeviceMapping Device(string text)
    {
        var parts = text.Split(':');
        return new DeviceMapping
        {
            PathOnHost = parts[0],
            PathInContainer = parts.Length > 1 ? parts[1] : parts[0],
            CgroupPermissions = parts.Length > 2 ? parts[2] : "rwm",
        };
    }

    // nofile=1024[:2048]
    private static Ulimit Limit(string text)
    {
        var (name, values) = Pair(text);
        var (soft, hard) = Cut(values, ':');
        return new Ulimit { Name = name, Soft = Number(soft), Hard = Number(hard.Length > 0 ? hard : soft) };
    }
}
