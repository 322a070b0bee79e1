using System.CommandLine;
using Platform.Agent;
using Platform.Cli.Commands;
using Platform.Host.Hosting;
using Platform.Host.Logging;

namespace Platform.Host.Commands;

/// <summary><c>platform agent</c>: runs an agent.</summary>
internal static partial class AgentRunCommand
{
    /// <summary>Name, what the value looks like, what it is for. The agent reads and checks the values itself.</summary>
    private static readonly (string Name, string Value, string Description)[] Settings =
    [
        ("--master", "URL[,URL...]", "The control plane's addresses, tried one after another. Default: http://127.0.0.1:5050."),
        ("--work-dir", "DIR", "The folder of tasks and their output; it outlives the agent's process. Required."),
        ("--name", "NAME", "The name for people. Default: the host's name."),
        ("--hostname", "HOST", "The name or address under which tasks are reached. Default: 127.0.0.1."),
        ("--resources", "TEXT", "Such as cpus:4;mem:8192;disk:10000;ports:[31000-32000]. Default: detected."),
        ("--attributes", "TEXT", "Such as rack:a;ssd:true."),
        ("--role", "ROLE", "The role that resources without one are reserved for. Default: *, everybody."),
        ("--region", "REGION", "The fault domain's region."),
        ("--zone", "ZONE", "The fault domain's zone."),
        ("--pool", "POOL", "The node pool."),
        ("--taints", "TAINT[,...]", "key or key=value:effect."),
        ("--cpu-limit", "MODE", "shares or quota. Default: shares."),
        ("--pids-limit", "N", "Processes and threads of one task; 0: no limit. Default: 4096."),
        ("--isolation", "LIST", "Isolators of processes by Mesos' names, such as namespaces/pid. Default: what the machine grants."),
        ("--effective-capabilities", "LIST", "Capabilities of tasks that name none: NET_RAW,CHOWN or Mesos' JSON. Default: their users'."),
        ("--bounding-capabilities", "LIST", "The capabilities that no task can go beyond. Default: those of the agent."),
        ("--mapped-ids", "FIRST", "The first of the 65536 users and groups of this machine that tasks have with namespaces/user. Default: by /etc/subuid and /etc/subgid."),
        ("--cgroup-root", "PATH", "The folder for tasks in each cgroup hierarchy; none: no cgroups. Default: platform."),
        ("--sandbox-retention", "DURATION", "The longest that the sandbox of an ended task stays. Default: 1weeks."),
        ("--disk-headroom", "PART", "The part of the disk to keep free, 0 to 1. Default: 0.1."),
        ("--disk-watch-interval", "DURATION", "How often sandboxes are measured with --enforce-disk-quota. Default: 15secs."),
        ("--log-rotate-size", "SIZE", "The size at which stdout and stderr are rotated. Default: 10MB."),
        ("--log-rotate-count", "N", "Rotated files to keep. Default: 5."),
        ("--cache-size", "SIZE", "The size of the cache of fetched files. Default: 2GB."),
        ("--fetch-limit", "SIZE", "The most that may be fetched and unpacked for one task. Default: what the disk has room for."),
        ("--fetch-stall-timeout", "DURATION", "A download that brings nothing for so long has failed. Default: 1mins."),
        ("--token-file", "FILE", "The file with the token that this agent shows; './platform token agent' makes one."),
        ("--watch-folder", "[NAME=]DIR[,...]", "Folders that jobs may have watched for files, with all inside them. Default: none."),
        ("--dns", "ADDRESS[:PORT]", "The name server that tasks are told of, as PLATFORM_DNS; containers with networks of their own ask it, if its port is 53. Default: this agent's own, with --dns-port."),
        ("--docker", "ADDRESS", "The Docker Engine that runs images, when it answers; none: without. Default: unix:///var/run/docker.sock."),
        ("--docker-config", "FILE", "Credentials of registries, in the form of Docker's config.json."),
        ("--image-retention", "DURATION", "The longest that an image stays that no task uses any more. Default: 1weeks."),
        ("--http-port", "PORT", "Where tools of Mesos find this agent, on all addresses of the machine; the control plane answers what is asked there. Default: nowhere."),
        ("--executor-port", "PORT", "The port on loopback where executors of frameworks subscribe. Default: one that is free, and the same after each start."),
        ("--executor-registration-timeout", "DURATION", "An executor that has not subscribed for so long after its start is ended. Default: 1mins."),
        ("--executor-reregistration-timeout", "DURATION", "The same after a start of the agent. Default: 15secs."),
        ("--domain-socket-location", "PATH", "Where the local socket for executors is. Default: run/agent.sock in the work directory."),
        ("--recovery-timeout", "DURATION", "How long executors are told to wait for an agent that is away. Default: 15mins."),
        ("--simulate", "N", "So many agents that run no processes, for tests of scale."),
    ];

    internal static Command Build()
    {
        var options = Settings.Select(OptionOf).ToArray();
        var mesos = MesosOnly();
        var oversubscribe = new Option<bool>("--oversubscribe") { Description = "Offer cpus that tasks hold and do not use again, as revocable." };
        var enforceDisk = new Option<bool>("--enforce-disk-quota", "--enforce_container_disk_quota") { Description = "End tasks whose sandboxes outgrow the disk that they asked for." };
        var authenticate = new Option<bool>("--authenticate-executors", "--authenticate_http_executors") { Description = "Executors of frameworks must show the token that they are given." };
        var sockets = new Option<bool>("--executor-domain-sockets", "--http_executor_domain_sockets") { Description = "Executors of frameworks find this agent by a local socket as well, also from containers with networks of their own." };
        var log = new LogSettings();
        var plane = new AgentPlaneOptions();
        var command = new Command("agent", "Runs an agent, or shows and drains the agents of a control plane.");
        foreach (var option in options)
            command.Add(option);
        foreach (var option in mesos)
            command.Add(option);
        command.Add(oversubscribe);
        command.Add(enforceDisk);
        command.Add(authenticate);
        command.Add(sockets);
        plane.AddTo(command);
        log.AddTo(command);
        SettingsSources.AddTo(command);
        command.Serve((result, _) =>
        {
            List<string> arguments = [.. options.SelectMany(option => result.GetValue(option) is { } value ? new[] { $"{option.Name}={value}" } : [])];
            if (result.GetValue(mesos[0]) is { Length: > 0 } ip && !arguments.Any(argument => argument.StartsWith("--hostname=", StringComparison.Ordinal)))
                arguments.Add($"--hostname={ip}");
            if (GlobalOptions.AuthorityOf(result) is { } authority)
                arguments.Add($"--ca={authority}");
            if (result.GetValue(oversubscribe))
                arguments.Add("--oversubscribe");
            if (result.GetValue(enforceDisk))
                arguments.Add("--enforce-disk-quota");
            if (result.GetValue(authenticate))
                arguments.Add("--authenticate-executors");
            if (result.GetValue(sockets))
                arguments.Add("--executor-domain-sockets");
            if (AgentOptions.TryParse(arguments, out var parsed, out var problems))
                return AgentRun.RunAsync(parsed!, plane.Of(result), log.Of(result));
            foreach (var problem in problems)
                Console.Error.WriteLine("platform: " + problem);
            Console.Error.WriteLine("'platform agent --help' shows how it is used.");
            return Task.FromResult(ExitCodes.Usage);
        });
        return command;
    }
}
