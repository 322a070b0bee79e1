using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Platform.Agent.Isolation;
using Platform.Client;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Roles;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;

namespace Platform.Agent.Options;

/// <summary>Reads an agent's command line and finds everything that is wrong with it.</summary>
internal static class AgentOptionsParser
{
    private static readonly string[] Known =
    [
        "master", "work-dir", "name", "hostname", "resources", "attributes", "role", "region", "zone", "pool", "taints", "cpu-limit",
        "pids-limit", "cgroup-root", "sandbox-retention", "disk-headroom", "log-rotate-size", "log-rotate-count", "cache-size",
        "fetch-stall-timeout", "fetch-limit", "oversubscribe", "simulate", "docker", "docker-config", "image-retention", "token-file",
        "enforce-disk-quota", "disk-watch-interval", "watch-folder", "ca", "dns", "isolation", "effective-capabilities", "bounding-capabilities", "mapped-ids",
        "executor-port", "executor-registration-timeout", "executor-reregistration-timeout", "recovery-timeout", "authenticate-executors", "executor-domain-sockets", "domain-socket-location", "http-port",
    ];

    private const int DnsPort = 53;

    private static readonly string[] Switches = ["oversubscribe", "enforce-disk-quota", "authenticate-executors", "executor-domain-sockets"];

    /// <summary>Reads the arguments; the machine is looked at only for what is not given.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments, Func<string, MachineFacts> detect, out AgentOptions? options, out ImmutableArray<string> problems)
    {
        var found = new List<string>();
        var given = ReadNames(arguments, found);
        var reader = new Reader(given, found);
        var simulate = reader.Whole("simulate", 0, 1, 100_000);
        var work = given.GetValueOrDefault("work-dir");
        if (work is null && simulate == 0)
            found.Add("--work-dir is missing: name the folder where this agent keeps its tasks and their output, such as --work-dir /var/lib/platform-agent.");
        work ??= Path.Combine(Path.GetTempPath(), "platform-simulated-agents");
        var read = new AgentOptions
        {
            Masters = reader.Masters(),
            WorkDirectory = work,
            Name = reader.Text("name", Environment.MachineName),
            Hostname = reader.Text("hostname", "127.0.0.1"),
            Role = reader.Role(),
            Resources = reader.Resources(() => detect(work), simulate > 0),
            Attributes = reader.Attributes(),
            Region = given.GetValueOrDefault("region"),
            Zone = given.GetValueOrDefault("zone"),
            Pool = given.GetValueOrDefault("pool"),
            Taints = given.GetValueOrDefault("taints", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToValueList(),
            CpuLimit = reader.CpuLimit(),
            ProcessesPerTask = reader.Whole("pids-limit", 4096, 0, int.MaxValue) is var limit and > 0 ? limit : null,
            CgroupRoot = reader.CgroupRoot(),
            Isolation = reader.Isolation(),
            EffectiveCapabilities = reader.Capabilities("effective-capabilities"),
            BoundingCapabilities = reader.Capabilities("bounding-capabilities"),
            MappedIds = given.ContainsKey("mapped-ids") ? (uint)reader.Whole("mapped-ids", (int)Isolation.MappedIds.Count, (int)Isolation.MappedIds.Count, int.MaxValue) : null,
            SandboxRetention = reader.Duration("sandbox-retention", TimeSpan.FromDays(7)),
            DiskHeadroom = reader.Fraction("disk-headroom", 0.1),
            LogRotateSize = reader.Size("log-rotate-size", 10 * ByteSize.Megabyte),
            LogRotateCount = reader.Whole("log-rotate-count", 5, 0, 1000),
            CacheSize = reader.Size("cache-size", 2 * ByteSize.Gigabyte),
            FetchLimit = given.ContainsKey("fetch-limit") ? reader.Size("fetch-limit", 0) : null,
            FetchStallTimeout = reader.Duration("fetch-stall-timeout", TimeSpan.FromMinutes(1)),
            Docker = reader.Docker(),
            DockerConfig = reader.ExistingFile("docker-config"),
            ImageRetention = reader.Duration("image-retention", TimeSpan.FromDays(7)),
            Token = given.GetValueOrDefault("token-file") is { } tokenFile ? async cancellation => (await File.ReadAllTextAsync(tokenFile, cancellation).ConfigureAwait(false)).Trim() : null,
            Trust = reader.Trust(),
            EnforceDisk = given.ContainsKey("enforce-disk-quota"),
            DiskWatchInterval = reader.Duration("disk-watch-interval", TimeSpan.FromSeconds(15)) is { Ticks: > 0 } interval ? interval : TimeSpan.FromSeconds(15),
            WatchFolders = reader.WatchFolders(),
            Dns = reader.Dns(),
            ExecutorPort = reader.Whole("executor-port", 0, 0, 65_535),
            ExecutorRegistrationTimeout = reader.Duration("executor-registration-timeout", TimeSpan.FromMinutes(1)),
            ExecutorReregistrationTimeout = reader.Duration("executor-reregistration-timeout", TimeSpan.FromSeconds(15)),
            RecoveryTimeout = reader.Duration("recovery-timeout", TimeSpan.FromMinutes(15)),
            AuthenticateExecutors = given.ContainsKey("authenticate-executors"),
            HttpPort = reader.Whole("http-port", 0, 1, 65_535),
            ExecutorSocket = given.ContainsKey("executor-domain-sockets"),
            ExecutorSocketLocation = given.TryGetValue("domain-socket-location", out var location) ? Path.GetFullPath(location) : null,
            Oversubscribe = given.ContainsKey("oversubscribe"),
            Simulate = simulate,
        };
        if (read.Zone is not null && read.Region is null)
            found.Add("--zone is given without --region: a zone is part of a region, give both.");
        problems = [.. found];
        options = found.Count == 0 ? read : null;
        return found.Count == 0;
    }

    private static Dictionary<string, string> ReadNames(IReadOnlyList<string> arguments, List<string> problems)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                problems.Add($"'{argument}' is not an option: options begin with --.");
                continue;
            }
            var equals = argument.IndexOf('=');
            // Mesos' flags have the other line between their words.
            var name = (equals < 0 ? argument[2..] : argument[2..equals]).Replace('_', '-');
            string value;
            if (equals >= 0)
                value = argument[(equals + 1)..];
            else if (Switches.Contains(name))
                value = "true";
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                value = arguments[++i];
            else
                value = "";
            if (!Known.Contains(name))
                problems.Add($"--{name} is not an option of an agent. Options: {string.Join(", ", Known.Select(k => "--" + k))}.");
            else if (value.Length == 0)
                problems.Add($"--{name} has no value.");
            else if (!given.TryAdd(name, value))
                problems.Add($"--{name} is given twice.");
        }
        return given;
    }

    private sealed class Reader(Dictionary<string, string> given, List<string> problems)
    {
        public string Text(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);

        public ImmutableArray<Uri> Masters()
        {
            var masters = ImmutableArray.CreateBuilder<Uri>();
            foreach (var text in Text("master", "http://127.0.0.1:5050").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var uri)
                    && uri.Scheme is "http" or "https" or "ws" or "wss" && uri!.Host.Length > 0)
                    masters.Add(uri);
                else
                    problems.Add($"--master: '{text}' is not an address such as http://127.0.0.1:5050.");
            }
            return masters.ToImmutable();
        }

        public Uri? Docker()
        {
            var text = Text("docker", "unix:///var/run/docker.sock");
            if (AgentOptions.TryParseDocker(text, out var address, out var problem))
                return address;
            problems.Add(problem);
            return null;
        }

        public ClusterTrust? Trust()
        {
            ClusterTrust? trust = null;
            if (given.TryGetValue("ca", out var text) && !ClusterTrust.TryParse(text, out trust, out var problem))
                problems.Add($"--ca: {problem}");
            return trust;
        }

        public string? ExistingFile(string name)
        {
            if (given.TryGetValue(name, out var path) && !File.Exists(path))
                problems.Add($"--{name}: there is no file {path}.");
            return given.GetValueOrDefault(name);
        }

        public string Role()
        {
            var role = Text("role", "*");
            if (role != "*" && RoleName.Validate(role) is { } problem)
                problems.Add($"--role: {problem}");
            return role;
        }

        /// <summary>Kinds that are not given are detected, as Mesos' agent does; of a simulated agent nothing is detected.</summary>
        public Resources Resources(Func<MachineFacts> detect, bool simulated)
        {
            const string Simulated = "cpus:8;mem:16384;disk:100000;ports:[31000-32000]";
            if (simulated && !given.ContainsKey("resources"))
                return Core.Resources.Parse(Simulated, Role());
            var text = Text("resources", "");
            var role = Text("role", "*");
            if (text.Length > 0)
            {
                if (!Core.Resources.TryParse(text, role, out var parsed, out var errors))
                {
                    problems.AddRange(errors.Select(e => $"--resources: {e}"));
                    return Core.Resources.Empty;
                }
                if (simulated || parsed.Any(r => r.Name == ResourceNames.Ports) && parsed.Any(r => r.Name == ResourceNames.Disk)
                    && parsed.Any(r => r.Name == ResourceNames.Mem) && parsed.Any(r => r.Name == ResourceNames.Cpus))
                    return parsed;
                var facts = detect();
                string[] kinds = [ResourceNames.Cpus, ResourceNames.Mem, ResourceNames.Disk, ResourceNames.Ports];
                var missing = kinds.Where(k => parsed.All(r => r.Name != k)).Select(facts.Default);
                return parsed.Plus(Core.Resources.Parse(string.Join(';', missing), role));
            }
            return Core.Resources.Parse(detect().DefaultResources().ToString().Replace("{}", "", StringComparison.Ordinal), role);
        }

        public string Attributes()
        {
            var text = Text("attributes", "");
            if (text.Length > 0 && !Core.Attributes.TryParse(text, out _, out var errors))
                problems.AddRange(errors.Select(e => $"--attributes: {e}"));
            return text;
        }

        public CpuLimitMode CpuLimit()
        {
            switch (Text("cpu-limit", "shares"))
            {
                case "shares":
                    return CpuLimitMode.Shares;
                case "quota":
                    return CpuLimitMode.Quota;
                default:
                    problems.Add($"--cpu-limit: '{given["cpu-limit"]}' is neither 'shares' (a share of a busy machine) nor 'quota' (also a hard limit).");
                    return CpuLimitMode.Shares;
            }
        }

        public ValueList<WatchFolder> WatchFolders()
        {
            var wrong = new List<string>();
            var folders = Core.Jobs.WatchFolders.Parse(Text("watch-folder", ""), wrong);
            problems.AddRange(wrong.Select(problem => $"--watch-folder: {problem}."));
            return folders;
        }

        public IPEndPoint? Dns()
        {
            if (!given.TryGetValue("dns", out var text))
                return null;
            if (IPEndPoint.TryParse(text, out var server))
                return server.Port == 0 ? new(server.Address, DnsPort) : server;
            problems.Add($"--dns: '{text}' is not the address of a name server; write 10.0.0.2, 10.0.0.2:8053 or [::1]:8053.");
            return null;
        }

        public ValueList<string>? Isolation()
        {
            if (!given.TryGetValue("isolation", out var text))
                return null;
            var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            foreach (var name in names.Where(name => !IsolatorNames.Chosen.Contains(name) && !IsolatorNames.WithoutEffect.Contains(name)))
            {
                problems.Add($"--isolation: '{name}' is not an isolator of this agent. There are {string.Join(", ", IsolatorNames.Chosen)}; "
                    + $"without effect are {string.Join(", ", IsolatorNames.WithoutEffect)}.");
            }
            return names.ToValueList();
        }

        /// <summary>A list with commas between, <c>none</c>, or what Mesos' flags take: <c>{"capabilities":["NET_RAW"]}</c>.</summary>
        public ValueList<string>? Capabilities(string option)
        {
            if (!given.TryGetValue(option, out var text))
                return null;
            if (Names(text) is not { } names)
            {
                problems.Add($"--{option}: '{text}' is not a list such as NET_RAW,CHOWN or {{\"capabilities\":[\"NET_RAW\"]}}; 'none' is a list of none.");
                return null;
            }
            foreach (var name in names.Where(name => LinuxCapabilities.Find(name) is null))
                problems.Add($"--{option}: '{name}' is not a capability of Linux such as NET_BIND_SERVICE.");
            return names.Select(LinuxCapabilities.Find).OfType<string>().ToValueList();
        }

        private static string[]? Names(string text)
        {
            if (!text.StartsWith('{'))
                return text == "none" ? [] : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            try
            {
                using var document = JsonDocument.Parse(text);
                return document.RootElement.TryGetProperty("capabilities", out var list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return null;
            }
        }

        public string? CgroupRoot()
        {
            var text = Text("cgroup-root", "platform");
            if (text.Split('/').Any(p => p is ".." or "." or ""))
                problems.Add($"--cgroup-root: '{text}' is not a relative path of folder names; 'none' turns cgroups off.");
            return text == "none" ? null : text;
        }

        public int Whole(string name, int otherwise, int minimum, int maximum)
        {
            if (!given.TryGetValue(name, out var text))
                return otherwise;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
                return number;
            problems.Add($"--{name}: '{text}' is not a whole number from {minimum} to {maximum}.");
            return otherwise;
        }

        public double Fraction(string name, double otherwise)
        {
            if (!given.TryGetValue(name, out var text))
                return otherwise;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1)
                return number;
            problems.Add($"--{name}: '{text}' is not a number from 0 to 1.");
            return otherwise;
        }

        public TimeSpan Duration(string name, TimeSpan otherwise)
        {
            if (!given.TryGetValue(name, out var text))
                return otherwise;
            if (DurationText.TryParse(text, out var duration))
                return duration;
            problems.Add($"--{name}: '{text}' is not a duration such as 1weeks, 2days, 3hrs, 4mins or 5secs.");
            return otherwise;
        }

        public long Size(string name, long otherwise)
        {
            if (!given.TryGetValue(name, out var text))
                return otherwise;
            if (ByteSize.TryParse(text, out var bytes) && bytes > 0)
                return bytes;
            problems.Add($"--{name}: '{text}' is not a size such as 10MB or 2GB.");
            return otherwise;
        }
    }
}
