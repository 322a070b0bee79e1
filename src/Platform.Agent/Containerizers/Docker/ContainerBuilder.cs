using System.Net;
using Docker.DotNet.Models;
using Platform.Agent.Isolation;
using Platform.Agent.Security;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;
using TaskSpec = Platform.Core.Tasks.TaskSpec;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Makes a task into what the engine is asked to create. The rules are those of Mesos' Docker executor where it has one.</summary>
/// <param name="agentId">The agent.</param>
/// <param name="hostname">The name or address that tasks get as HOST.</param>
/// <param name="cpu">What cpus mean.</param>
/// <param name="processesPerTask">The limit on processes and threads of a task; null: none.</param>
/// <param name="dns">The name server that tasks are told of; null: none.</param>
/// <param name="takesProcesses">Members of a pod without an image join the network of those with one.</param>
internal sealed class ContainerBuilder(string agentId, string hostname, CpuLimitMode cpu, long? processesPerTask, IPEndPoint? dns, bool takesProcesses)
{
    /// <summary>Where a task sees its sandbox.</summary>
    public const string Sandbox = "/mnt/mesos/sandbox";

    // What the engine keeps of the output until the agent has it in the sandbox.
    private const string LogSize = "20m";
    private const string LogFiles = "2";

    /// <summary>The container of a task.</summary>
    /// <param name="request">The task.</param>
    /// <param name="mounts">Its volumes.</param>
    /// <param name="holder">The container that holds the network of its pod; null: it has its own, or the machine's.</param>
    /// <exception cref="TaskStartException">An option is not known or not allowed.</exception>
    public CreateContainerParameters Build(ContainerRequest request, IEnumerable<Mount> mounts, string? holder)
    {
        var spec = request.Spec;
        var image = spec.Image!;
        var limits = TaskLimits.Of(spec, processesPerTask);
        var container = new CreateContainerParameters
        {
            Name = ContainerNames.Of(agentId, spec.TaskId),
            Image = ImageReference.Effective(image),
            Env = Variables(request),
            User = spec.Command.User ?? "",
            Tty = spec.Tty,
            OpenStdin = spec.Tty,
            Labels = LabelsOf(spec, (ContainerNames.TaskLabel, spec.TaskId)),
            HostConfig = new HostConfig
            {
                NetworkMode = holder is null ? NetworkOf(image) : $"container:{holder}",
                Privileged = image.Privileged,
                Mounts = [new Mount { Type = "bind", Source = request.Sandbox, Target = Sandbox }, .. mounts],
                CPUShares = CpuArithmetic.Shares(limits.CpuRequest),
                Memory = limits.MemoryBytes ?? 0,
                // Memory and swap together, else a task would only become slow.
                MemorySwap = limits.MemoryBytes ?? 0,
                PidsLimit = limits.Processes,
                LogConfig = new LogConfig { Type = "json-file", Config = new Dictionary<string, string> { ["max-size"] = LogSize, ["max-file"] = LogFiles } },
                RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
                IpcMode = !image.SharesIpc ? "" : holder is null ? "host" : $"container:{holder}",
                ShmSize = image.SharedMemory is { } megabytes ? (long)(megabytes * 1024 * 1024) : 0,
                SecurityOpt = image.Unconfined ? ["seccomp=unconfined"] : [],
            },
        };
        if (cpu == CpuLimitMode.Quota && limits.CpuLimit is { } cpus)
        {
            container.HostConfig.CPUPeriod = CpuArithmetic.PeriodMicroseconds;
            container.HostConfig.CPUQuota = CpuArithmetic.Quota(cpus);
        }
        if (!spec.Gpus.IsEmpty)
            container.HostConfig.DeviceRequests = [new DeviceRequest { DeviceIDs = [.. spec.Gpus.Select(gpu => $"{gpu}")], Capabilities = [["gpu"]] }];
        SetIsolation(container.HostConfig, spec.Isolation);
        SetCommand(container, spec.Command, image);
        if (holder is null)
            SetPorts(container, spec.Ports, image);
        foreach (var option in image.Options)
            ContainerOptions.Apply(option, container);
        // One that shares a network has the names of that.
        if (holder is null)
            SetNames(container, image);
        return container;
    }

    // Without a word the engine decides, which gives a container processes of its own and some of root's capabilities.
    private static void SetIsolation(HostConfig host, TaskIsolation? isolation)
    {
        if (isolation?.SharesProcesses == true)
            host.PidMode = "host";
        if ((isolation?.EffectiveCapabilities ?? isolation?.BoundingCapabilities) is { } capabilities)
            (host.CapDrop, host.CapAdd) = (["ALL"], [.. capabilities]);
    }

    // A name server is asked at port 53, for that is all that resolv.conf can say.
    private void SetNames(CreateContainerParameters container, ContainerImage image)
    {
        if (dns is { Port: 53 } && IsReached(image) && container.HostConfig!.DNS is not { Count: > 0 })
            container.HostConfig.DNS = [dns.Address.ToString()];
    }

    // The loopback of the machine is not that of a container with a network of its own.
    private bool IsReached(ContainerImage image) => dns is not null && (image.Network == ContainerNetwork.Host || !IPAddress.IsLoopback(dns.Address));

    /// <summary>The container that holds the network of a task's pod, with the ports of all its containers.</summary>
    public CreateContainerParameters BuildHolder(ContainerRequest request, string name)
    {
        var image = request.Spec.Image!;
        var holder = new CreateContainerParameters
        {
            Name = name,
            Image = PauseProgram.Image,
            Entrypoint = [PauseProgram.Path],
            Labels = LabelsOf(request.Spec),
            HostConfig = new HostConfig
            {
                NetworkMode = NetworkOf(image),
                IpcMode = "shareable",
                LogConfig = new LogConfig { Type = "none" },
                RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
            },
        };
        SetPorts(holder, request.Group.Where(member => PodNetworks.IsShared(member) || (takesProcesses && member.Image is null)).SelectMany(member => member.Ports), image);
        SetNames(holder, image);
        return holder;
    }

    private Dictionary<string, string> LabelsOf(TaskSpec spec, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var labels = new Dictionary<string, string> { [ContainerNames.AgentLabel] = agentId, ["platform.owner"] = spec.Owner };
        if (spec.Group is { } group)
            labels[ContainerNames.GroupLabel] = group;
        foreach (var (name, value) in more)
            labels[name] = value;
        return labels;
    }

    /// <summary>The networks of an image, as the engine calls them.</summary>
    public static string NetworkOf(ContainerImage image) => image.Network switch
    {
        ContainerNetwork.Bridge => "bridge",
        ContainerNetwork.Named when image.NetworkName is { Length: > 0 } name => name,
        ContainerNetwork.Named => "bridge",
        _ => "host",
    };

    // A line for the shell is run by the shell, and not by the image's entry point; arguments are the entry point's.
    private static void SetCommand(CreateContainerParameters container, CommandSpec command, ContainerImage image)
    {
        if (command.Shell is { } line)
        {
            container.Entrypoint = ["/bin/sh"];
            container.Cmd = ["-c", line];
        }
        else if (!command.Argv.IsEmpty && image.ReplacesEntrypoint)
        {
            container.Entrypoint = [command.Argv[0]];
            container.Cmd = [.. command.Argv.Skip(1)];
        }
        else if (!command.Argv.IsEmpty)
        {
            container.Cmd = [.. command.Argv];
        }
    }

    private static void SetPorts(CreateContainerParameters container, IEnumerable<PortSpec> ports, ContainerImage image)
    {
        if (image.Network == ContainerNetwork.Host)
            return;
        container.ExposedPorts = new Dictionary<string, EmptyStruct>();
        container.HostConfig!.PortBindings = new Dictionary<string, IList<PortBinding>>();
        foreach (var port in ports)
        {
            if ((port.ContainerPort ?? port.HostPort) is not (> 0 and var inside))
                continue;
            foreach (var protocol in port.Protocol.Split(','))
            {
                var name = $"{inside}/{protocol}";
                container.ExposedPorts[name] = default;
                if (port.HostPort <= 0)
                    continue;
                if (!container.HostConfig.PortBindings.TryGetValue(name, out var bindings))
                    container.HostConfig.PortBindings[name] = bindings = [];
                bindings.Add(new PortBinding { HostPort = $"{port.HostPort}" });
            }
        }
    }

    // The engine gives a container its own devices only, and there they count from 0. What the definition says itself stays. NVIDIA_VISIBLE_DEVICES is the engine's word.
    private static void CountDevices(TaskSpec spec, SortedDictionary<string, string> variables)
    {
        var onMachine = string.Join(',', spec.Gpus);
        foreach (var name in (string[])["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"])
        {
            if (!spec.Gpus.IsEmpty && variables.GetValueOrDefault(name) == onMachine)
                variables[name] = string.Join(',', Enumerable.Range(0, spec.Gpus.Count));
        }
    }

    private List<string> Variables(ContainerRequest request)
    {
        var spec = request.Spec;
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["HOST"] = hostname };
        if (IsReached(spec.Image!))
            variables[TaskEnvironment.Dns] = dns!.ToString();
        foreach (var (name, value) in spec.Environment)
            variables[name] = value;
        CountDevices(spec, variables);
        foreach (var (name, value) in spec.SecretEnvironment)
            variables[name] = value.Value;
        variables["MESOS_SANDBOX"] = Sandbox;
        variables["MESOS_DIRECTORY"] = request.Sandbox;
        variables["MESOS_TASK_ID"] = spec.TaskId;
        if (spec.Identity is not null)
        {
            variables[IdentityFiles.TokenVariable] = $"{Sandbox}/{IdentityFiles.InSandbox}/{IdentityFiles.Token}";
            variables[IdentityFiles.SocketVariable] = $"{Sandbox}/{IdentityFiles.InSandbox}/{IdentityFiles.Socket}";
        }
        if (spec.OutputFile is { } output)
            variables[Core.Jobs.RunOutput.Variable] = $"{Sandbox}/{output}";
        variables["MESOS_CONTAINER_NAME"] = ContainerNames.Of(agentId, spec.TaskId);
        return [.. variables.Where(v => v.Key.Length > 0 && !v.Key.Contains('=') && !v.Key.Contains('\0') && !v.Value.Contains('\0')).Select(v => $"{v.Key}={v.Value}")];
    }
}
