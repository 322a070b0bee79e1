using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Platform.Agent.Isolation;
using Platform.Agent.Options;
using Platform.Agent.Session;
using Platform.Client;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Agent;

/// <summary>How an agent is set up.</summary>
public sealed record AgentOptions
{
    internal const string DefaultCgroupRoot = "platform";

    /// <summary>The control plane's addresses, tried one after another. Default http://127.0.0.1:5050.</summary>
    public ImmutableArray<Uri> Masters { get; init; } = [new Uri("http://127.0.0.1:5050")];

    /// <summary>The folder that outlives the agent's process; one agent each. Required.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>The name for people. Default: the host's name.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>The name or address under which tasks are reached, which they get as HOST. Default 127.0.0.1, since everything listens on loopback.</summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>What the agent offers. Default: detected.</summary>
    public required Resources Resources { get; init; }

    /// <summary>Attributes in Mesos' text form. Default none.</summary>
    public string Attributes { get; init; } = "";

    /// <summary>The role that resources without one are reserved for. Default *: everybody.</summary>
    public string Role { get; init; } = "*";

    /// <summary>The fault domain's region; null: none.</summary>
    public string? Region { get; init; }

    /// <summary>The fault domain's zone; null: none.</summary>
    public string? Zone { get; init; }

    /// <summary>The node pool; null: the default one.</summary>
    public string? Pool { get; init; }

    /// <summary>Taints: key=value:effect or key.</summary>
    public ValueList<string> Taints { get; init; }

    /// <summary>What cpus mean. Default shares.</summary>
    public CpuLimitMode CpuLimit { get; init; } = CpuLimitMode.Shares;

    /// <summary>The limit on processes and threads of one task; null: none. Default 4096.</summary>
    public long? ProcessesPerTask { get; init; } = 4096;

    /// <summary>What sets processes apart, by Mesos' names of isolators; null: what the machine grants and no task is likely to miss. Default null.</summary>
    public ValueList<string>? Isolation { get; init; }

    /// <summary>The capabilities of tasks that name none; null: those of their users. Default null.</summary>
    public ValueList<string>? EffectiveCapabilities { get; init; }

    /// <summary>The capabilities that no task can go beyond; null: those of the agent. Default null.</summary>
    public ValueList<string>? BoundingCapabilities { get; init; }

    /// <summary>The first of the 65536 ids of the machine that tasks in user namespaces have; null: those that are set aside for the agent's user. Default null.</summary>
    public uint? MappedIds { get; init; }

    /// <summary>The folder for tasks in each cgroup hierarchy; null: no cgroups are used. Default platform, with a folder for each agent.</summary>
    public string? CgroupRoot { get; init; } = DefaultCgroupRoot;

    /// <summary>The longest that the sandbox of an ended task stays. Default one week.</summary>
    public TimeSpan SandboxRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The part of the disk that shall stay free, 0 to 1: sandboxes go sooner as it fills. Default 0.1.</summary>
    public double DiskHeadroom { get; init; } = 0.1;

    /// <summary>The size at which stdout and stderr are rotated, bytes. Default 10 MB.</summary>
    public long LogRotateSize { get; init; } = 10 * ByteSize.Megabyte;

    /// <summary>So many rotated files are kept of each. Default 5.</summary>
    public int LogRotateCount { get; init; } = 5;

    /// <summary>The size of the cache of fetched files, bytes. Default 2 GB.</summary>
    public long CacheSize { get; init; } = 2 * ByteSize.Gigabyte;

    /// <summary>The most that may be fetched and unpacked for one task, bytes; null: as much as leaves a fiftieth of the disk (64 MB to 2 GB) free. Default null.</summary>
    public long? FetchLimit { get; init; }

    /// <summary>A download that brings nothing for this long has failed. Default 1 minute.</summary>
    public TimeSpan FetchStallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The Docker Engine that runs tasks with an image, when it answers; null: none. Default unix:///var/run/docker.sock.</summary>
    public Uri? Docker { get; init; } = new("unix:///var/run/docker.sock");

    /// <summary>A file with credentials of registries, in the form of Docker's config.json; null: none. Tasks may bring their own.</summary>
    public string? DockerConfig { get; init; }

    /// <summary>The longest that an image stays that no task uses any more. Default one week; sooner as the engine's disk fills.</summary>
    public TimeSpan ImageRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether tasks are ended whose sandboxes outgrow the disk that they asked for. Default false, as in Mesos.</summary>
    public bool EnforceDisk { get; init; }

    /// <summary>How often sandboxes are measured for that. Default 15 s, as in Mesos.</summary>
    public TimeSpan DiskWatchInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether cpus that tasks hold and do not use are offered again as revocable. Default false.</summary>
    public bool Oversubscribe { get; init; }

    /// <summary>Folders that jobs may have watched for files, with all inside them. Default none.</summary>
    public ValueList<WatchFolder> WatchFolders { get; init; }

    /// <summary>The name server that tasks are told of, as PLATFORM_DNS; containers on networks of their own ask it for all names. Default none.</summary>
    public IPEndPoint? Dns { get; init; }

    /// <summary>The port on loopback where executors of frameworks subscribe; 0: one that is free, and the same after each start. Default 0.</summary>
    public int ExecutorPort { get; init; }

    /// <summary>An executor that has not subscribed for so long after its start is ended. Default 1 minute.</summary>
    public TimeSpan ExecutorRegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An executor that has not subscribed again for so long after a start of the agent is ended. Default 15 s.</summary>
    public TimeSpan ExecutorReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long executors are told to wait for an agent that is away. Default 15 minutes.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether executors must show the token that they are given. Default false.</summary>
    public bool AuthenticateExecutors { get; init; }

    /// <summary>The port where tools of Mesos find this agent, on all addresses of its machine; 0: none. Default 0.</summary>
    public int HttpPort { get; init; }

    /// <summary>Executors of frameworks find this agent by a local socket as well, named by <c>MESOS_DOMAIN_SOCKET</c>. Default false.</summary>
    public bool ExecutorSocket { get; init; }

    /// <summary>Where that socket is; null: <c>run/agent.sock</c> in the work directory.</summary>
    public string? ExecutorSocketLocation { get; init; }

    /// <summary>Instead of one real agent, so many that run no processes. Default 0.</summary>
    public int Simulate { get; init; }

    /// <summary>The program that supervises tasks; null: the shell. Default: the one that was built beside this assembly.</summary>
    public string? ShimProgram { get; init; } = Containerizers.Process.ShimLauncher.BuiltProgram;

    /// <summary>The token that the agent shows when it dials in; asked each time. Null: it has none. Default null.</summary>
    public Func<CancellationToken, ValueTask<string?>>? Token { get; init; }

    /// <summary>Whether the agent gets itself a certificate from a control plane that makes them, and shows that instead of the token from then on. Default true.</summary>
    public bool KeepsCertificate { get; init; } = true;

    /// <summary>Whom to take for the control plane when its address is https. Null: whom the token names, or else whom the system trusts. Default null.</summary>
    public ClusterTrust? Trust { get; init; }

    /// <summary>What runs beside the agent in its process until the token is cancelled, such as the balancer of virtual addresses. Null: nothing. Default null.</summary>
    public Func<AgentLink, CancellationToken, Task>? Beside { get; init; }

    /// <summary>Changes what the agent's loggers let through; of null: as they were made. Null: it cannot be changed. Default null.</summary>
    public Action<LogLevel?>? SetLogLevel { get; init; }

    /// <summary>Reads command line arguments: <c>--name value</c> or <c>--name=value</c>. All problems are reported at once.</summary>
    /// <param name="arguments">The arguments after <c>agent</c>.</param>
    /// <param name="options">The options, if there is no problem.</param>
    /// <param name="problems">What is wrong, each with how to mend it.</param>
    public static bool TryParse(IReadOnlyList<string> arguments, out AgentOptions? options, out ImmutableArray<string> problems) =>
        AgentOptionsParser.TryParse(arguments, MachineFacts.Detect, out options, out problems);

    /// <summary>The options of a local agent: resources detected, everything else by default.</summary>
    public static AgentOptions Local(string workDirectory, string name, Uri master) => new()
    {
        WorkDirectory = workDirectory,
        Name = name,
        Masters = [master],
        Resources = MachineFacts.Detect(workDirectory).DefaultResources(),
    };

    /// <summary>Reads the address of a Docker Engine.</summary>
    /// <param name="text">Such as <c>unix:///var/run/docker.sock</c>, or <c>none</c>.</param>
    /// <param name="address">The address; null: none.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParseDocker(string text, out Uri? address, out string problem)
    {
        (address, problem) = (null, "");
        if (text == "none" || (Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "unix" or "http" or "tcp" && (address!.Scheme != "unix" || address.LocalPath.Length > 1)))
            return true;
        problem = $"--docker: '{text}' is not the address of a Docker Engine such as unix:///var/run/docker.sock; 'none' does without.";
        return false;
    }
}
