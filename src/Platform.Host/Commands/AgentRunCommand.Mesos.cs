using System.CommandLine;

namespace Platform.Host.Commands;

/// <content>Mesos' spelling of an agent's options, so that its start scripts go on working.</content>
internal static partial class AgentRunCommand
{
    private static readonly Dictionary<string, string> MesosNames = new(StringComparer.Ordinal)
    {
        ["--work-dir"] = "--work_dir",
        ["--role"] = "--default_role",
        ["--sandbox-retention"] = "--gc_delay",
        ["--disk-headroom"] = "--gc_disk_headroom",
        ["--disk-watch-interval"] = "--container_disk_watch_interval",
        ["--cache-size"] = "--fetcher_cache_size",
        ["--fetch-stall-timeout"] = "--fetcher_stall_timeout",
        ["--http-port"] = "--port",
        ["--executor-registration-timeout"] = "--executor_registration_timeout",
        ["--executor-reregistration-timeout"] = "--executor_reregistration_timeout",
        ["--recovery-timeout"] = "--recovery_timeout",
        ["--domain-socket-location"] = "--domain_socket_location",
        ["--effective-capabilities"] = "--effective_capabilities",
        ["--bounding-capabilities"] = "--bounding_capabilities",
    };

    /// <summary>Options of Mesos whose subject does not exist here, or is always so: accepted, and without effect.</summary>
    private static readonly string[] WithoutEffect =
    [
        "--containerizers", "--launcher", "--image_providers", "--strict", "--recover", "--reconfiguration_policy", "--log_dir", "--logging_level", "--quiet", "--switch_user",
    ];

    private static Option<string?> OptionOf((string Name, string Value, string Description) setting)
    {
        var option = new Option<string?>(setting.Name) { Description = setting.Description, HelpName = setting.Value };
        if (MesosNames.TryGetValue(setting.Name, out var spelling))
            option.Aliases.Add(spelling);
        return option;
    }

    /// <summary>The options that only Mesos has: the first, <c>--ip</c>, is the host's address unless <c>--hostname</c> is given.</summary>
    private static Option<string?>[] MesosOnly() => [.. WithoutEffect.Prepend("--ip").Select(name => new Option<string?>(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne })];
}
