using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Containerizers;
using Platform.Agent.Containerizers.Docker;
using Platform.Agent.Containerizers.Process;
using Platform.Agent.Executors;
using Platform.Agent.Fetching;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Sandboxes;
using Platform.Agent.Security;
using Platform.Agent.Session;
using Platform.Agent.Simulation;
using Platform.Agent.Tasks;
using Platform.Agent.Updates;
using Platform.Agent.Usage;
using Platform.Agent.Watching;
using Platform.Client;
using Platform.Contracts.Agents;

namespace Platform.Agent;

/// <summary>An agent: offers a machine's resources to the control plane and runs tasks on it.</summary>
public static class AgentDaemon
{
    private static readonly TimeSpan RotationPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CollectionPeriod = TimeSpan.FromMinutes(1);

    /// <summary>Runs until cancelled. Then the session is closed and the tasks are left running. Several agents can run in one process.</summary>
    /// <exception cref="AgentStartException">The work directory cannot be used, or the control plane refused the agent for good.</exception>
    public static Task RunAsync(AgentOptions options, ILoggerFactory loggers, CancellationToken cancellation) =>
        RunAsync(options, loggers, TimeProvider.System, cancellation);

    /// <summary>The same with another clock.</summary>
    public static async Task RunAsync(AgentOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var logger = loggers.CreateLogger("Platform.Agent");
        AgentCertificateKeeper? certificates = null;
        using var http = new HttpMessageInvoker(new MasterHandler(options.Trust, () => certificates?.Current));
        using var aside = new TokenHandler(new MasterHandler(options.Trust, () => certificates?.Current), options.Token);
        if (options.Simulate > 0)
        {
            await SimulatedAgents.RunAsync(options, http, time, logger, cancellation).ConfigureAwait(false);
            return;
        }
        OpenFiles.KeepToSelf();
        using var work = WorkDirectory.Open(options.WorkDirectory, logger);
        if (options.KeepsCertificate)
            certificates = new AgentCertificateKeeper(work, options.Token, time, logger);
        using var starts = StartLock.Take(work);
        // Before anything is read of what tasks wrote.
        using var presence = AgentPresence.Announce(work, logger);
        using var journal = new UpdateJournal(work.Journal, logger);
        using var watcher = new ProcessWatcher();
        using var probe = new CheckProbe(time);
        using var fetcher = new Fetcher(new FetchCache(work.Cache, options.CacheSize), options.FetchStallTimeout, logger);
        using var shims = new ShimLauncher(work, options.ShimProgram, starts, logger);
        using var stopping = new CancellationTokenSource();
        var outbox = new UpdateOutbox(journal, time);
        var collector = new SandboxCollector(
            work, options.SandboxRetention, options.DiskHeadroom, () => UsageMeter.DiskSpace(work.Root), time, logger);
        shims.Isolators = new Isolators(options.Isolation, shims.Grants, Capabilities.OfThisProcess(), options.EffectiveCapabilities, options.BoundingCapabilities);
        logger.LogInformation("Isolation of processes: {Isolation}", shims.Isolators.Description);
        var ids = shims.Isolators.HasUsers ? FindIds(options, work, logger) : null;
        var processes = new ProcessContainerizer
        {
            Work = work,
            Isolators = shims.Isolators,
            Ids = ids,
            Shims = shims,
            Watcher = watcher,
            Cgroups = DetectCgroups(options, work, logger),
            Hostname = options.Hostname,
            Dns = options.Dns,
            ProcessesPerTask = options.ProcessesPerTask,
            Rotation = presence is null ? null : $"r{options.LogRotateSize},{options.LogRotateCount},{presence.Path}",
        };
        using var engine = options.Docker is { } endpoint ? new DockerEngine(endpoint, time, logger) : null;
        var containerizers = engine is null ? new ContainerizerTable(processes) : new ContainerizerTable(processes, Containers(engine, options, processes, time, logger, stopping.Token));
        if (engine is not null)
            await engine.LookAsync(cancellation).ConfigureAwait(false);
        await using var executors = new ExecutorTable(Executors(options, work), work, time, logger);
        using var identities = new TaskIdentities(work, ids, time, logger);
        var services = new TaskServices
        {
            Work = work,
            Containerizers = containerizers,
            Outbox = outbox,
            Journal = journal,
            Fetcher = fetcher,
            Executors = executors,
            Probe = probe,
            Identities = identities,
            FetchLimit = options.FetchLimit,
            EnforceDisk = options.EnforceDisk,
            Time = time,
            Logger = logger,
            Address = AddressOf(options.Hostname),
            Stopping = stopping.Token,
        };
        var tasks = new TaskTable(services, collector, options.Resources);
        tasks.Recover();
        processes.Cgroups.RemoveEmptyFolders();
        var meter = new UsageMeter(tasks, work.Root, time);
        var slack = options.Oversubscribe ? new SlackEstimate() : null;
        var run = Guid.NewGuid().ToString("N");
        using var reads = new SandboxReads(tasks, watcher, time, logger);
        using var execs = new TaskExecs(tasks, time, logger);
        using var folders = new FolderWatcher(work, options.WatchFolders, watcher, time, logger);
        using var logging = new LoggingLevel(options.SetLogLevel, time, logger);
        var peer = new AgentPeer(() => Registration(options, work, services, run), tasks, outbox, reads, execs, folders, executors, identities, work, logging, Measure, time, logger);
        if (engine is not null)
            engine.Changed += () => { peer.Renew(); _ = CollectContainersAsync(); };
        var looking = folders.RunAsync(stopping.Token);
        var watching = engine?.WatchAsync(stopping.Token) ?? Task.CompletedTask;
        _ = CollectContainersAsync();
        var rotation = RepeatAsync(RotationPeriod, () => TaskUpkeep.RotateAndWatchMemory(tasks, options, time, logger), time, logger, stopping.Token);
        var disks = options.EnforceDisk ? RepeatAsync(options.DiskWatchInterval, new DiskWatch(tasks, time, logger).Measure, time, logger, stopping.Token) : Task.CompletedTask;
        var beside = options.Beside?.Invoke(new AgentLink(options.Masters, aside), stopping.Token) ?? Task.CompletedTask;
        var collection = RepeatAsync(CollectionPeriod, Collect, time, logger, stopping.Token);
        logger.LogInformation("Agent {Name} ({AgentId}) offers {Resources} from {WorkDirectory}", options.Name, work.AgentId, options.Resources, work.Root);
        var session = new AgentSession(options.Masters, peer, http, time, logger, options.Token, certificates);
        var gateway = options.HttpPort == 0 ? null : await GatewayAsync(options, work, session, logger, cancellation).ConfigureAwait(false);
        try
        {
            await session.RunAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            if (gateway is not null)
                await gateway.DisposeAsync().ConfigureAwait(false);
            await Task.WhenAll(rotation, collection, disks, watching, looking, beside).ConfigureAwait(false);
            await services.FinishStartsAsync().ConfigureAwait(false);
            processes.Cgroups.RemoveEmptyFolders();
            logger.LogInformation("Agent {Name} stops and leaves {Count} tasks running", options.Name, tasks.Tasks.Count(t => t.Running is not null));
        }

        void Collect()
        {
            collector.Collect();
            _ = CollectContainersAsync();
        }

        async Task CollectContainersAsync()
        {
            try
            {
                await tasks.CollectAsync(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The agent stops, or the engine did not answer in time and is asked again in the next period.
            }
        }

        AgentUsage Measure()
        {
            var usage = meter.Measure();
            return slack is null ? usage : usage with { Slack = slack.Next(tasks.Tasks, usage) };
        }
    }

    /// <summary>Does something again and again, never twice at a time, whatever goes wrong with it.</summary>
    private static async Task RepeatAsync(TimeSpan period, Action action, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    logger.LogError(e, "Upkeep failed and is tried again in {Period}", period);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private static DockerContainerizer Containers(
        DockerEngine engine, AgentOptions options, ProcessContainerizer processes, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        var work = processes.Work;
        var containers = new DockerContainerizer
        {
            Engine = engine,
            Images = new ImagePuller(engine, time, logger),
            Builder = new ContainerBuilder(work.AgentId, options.Hostname, options.CpuLimit, options.ProcessesPerTask, options.Dns, processes.Isolators.CanJoinNetworks),
            Collector = new ImageCollector(work, options.ImageRetention, options.DiskHeadroom, time, logger),
            Work = work,
            Credentials = options.DockerConfig,
            Time = time,
            Logger = logger,
            Stopping = stopping,
        };
        if (processes.Isolators.CanJoinNetworks)
            processes.PodNetworks = containers.Networks;
        return containers;
    }

    // It trusts the control planes that the agent trusts, and has no certificate to show.
    private static async Task<AgentGateway> GatewayAsync(AgentOptions options, WorkDirectory work, AgentSession session, ILogger logger, CancellationToken cancellation)
    {
        var token = options.Token is null ? null : await options.Token(cancellation).ConfigureAwait(false);
        var trust = options.Trust ?? (MasterHandler.AuthorityOf(token) is { } authority ? ClusterTrust.OfFingerprint(authority) : null);
        var sockets = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        return await AgentGateway.StartAsync(options.HttpPort, work.AgentId, () => session.Master, new HttpMessageInvoker(trust?.Guard(sockets) ?? sockets), logger).ConfigureAwait(false);
    }

    private static ExecutorSettings Executors(AgentOptions options, WorkDirectory work) => new()
    {
        Port = options.ExecutorPort,
        Socket = !options.ExecutorSocket ? null : options.ExecutorSocketLocation ?? Path.Combine(work.Root, "run", "agent.sock"),
        RegistrationTimeout = options.ExecutorRegistrationTimeout,
        ReregistrationTimeout = options.ExecutorReregistrationTimeout,
        RecoveryTimeout = options.RecoveryTimeout,
        Authenticate = options.AuthenticateExecutors,
        Agent = new() { Hostname = options.Hostname, Id = new() { Value = work.AgentId } },
    };

    private static MappedIds FindIds(AgentOptions options, WorkDirectory work, ILogger logger)
    {
        IdRanges.RequireWayTo(work);
        var ids = IdRanges.OfMachine.Find(Libc.EffectiveUser(), options.MappedIds);
        logger.LogInformation("Root of tasks is user {User} and group {Group} of this machine", ids.User, ids.Group);
        return ids;
    }

    private static ICgroupLayout DetectCgroups(AgentOptions options, WorkDirectory work, ILogger logger)
    {
        var layout = options.CgroupRoot is null
            ? new NoCgroups("cgroups are turned off by --cgroup-root none")
            : CgroupDetection.Detect(File.Exists("/proc/self/mounts") ? File.ReadAllText("/proc/self/mounts") : "", $"{options.CgroupRoot}/{work.AgentId}", options.CpuLimit);
        logger.Log(layout.Enforces ? LogLevel.Information : LogLevel.Warning, "Isolation: {Isolation}", layout.Description);
        return layout;
    }

    private static AgentRegistration Registration(AgentOptions options, WorkDirectory work, TaskServices services, string run) => new()
    {
        AgentId = work.AgentId,
        Name = options.Name,
        Hostname = options.Hostname,
        Address = services.Address,
        Resources = options.Resources,
        Attributes = AttributesOf(options, services.Containerizers),
        Region = options.Region,
        Zone = options.Zone,
        Version = typeof(AgentDaemon).Assembly.GetName().Version?.ToString(3) ?? "",
        Containerizers = [.. services.Containerizers.Available],
        Taints = options.Taints,
        Pool = options.Pool,
        Isolation = string.Join("; ", services.Containerizers.All.Select(one => one.Fingerprint.Description).Append(options.EnforceDisk ? "disk/du enforced" : "disk not enforced (--enforce-disk-quota)")),
        Run = run,
        WatchFolders = options.WatchFolders,
        HttpPort = options.HttpPort,
    };

    // What is given by hand wins.
    private static string AttributesOf(AgentOptions options, ContainerizerTable containerizers)
    {
        var found = containerizers.All.SelectMany(one => one.Fingerprint.Attributes)
            .Where(attribute => !options.Attributes.Split(';').Any(given => given.Split(':')[0].Trim() == attribute.Key))
            .Select(attribute => $"{attribute.Key}:{attribute.Value}");
        return string.Join(';', found.Prepend(options.Attributes).Where(text => text.Length > 0));
    }

    /// <summary>The address of a host's name; loopback if it has none here.</summary>
    private static string AddressOf(string hostname)
    {
        if (System.Net.IPAddress.TryParse(hostname, out var address))
            return address.ToString();
        try
        {
            return System.Net.Dns.GetHostAddresses(hostname, System.Net.Sockets.AddressFamily.InterNetwork).FirstOrDefault()?.ToString() ?? "127.0.0.1";
        }
        catch (System.Net.Sockets.SocketException)
        {
            return "127.0.0.1";
        }
    }
}
