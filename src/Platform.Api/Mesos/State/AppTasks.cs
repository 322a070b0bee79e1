using System.Runtime.CompilerServices;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Apps;
using Platform.Core;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Pods;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.State;

/// <summary>Instances of apps and pods as the tasks that Marathon would have launched. A snapshot never changes, so what was made of one is kept as long as it lives.</summary>
internal sealed class AppTasks
{
    private readonly ConditionalWeakTable<AppStatus, IReadOnlyList<PictureTask>> _known = [];

    private readonly ConditionalWeakTable<AppStatus, IReadOnlyList<PictureExecutor>> _executors = [];

    public IReadOnlyList<PictureTask> Of(AppStatus app) => _known.GetValue(app, static status => [.. Make(status)]);

    /// <summary>The executors of a pod's instances, each of which holds something besides its containers; none of an app.</summary>
    public IReadOnlyList<PictureExecutor> ExecutorsOf(AppStatus app) =>
        app.Target.Spec.Pod is null ? [] : _executors.GetValue(app, static status => [.. MakeExecutors(status)]);

    private static IEnumerable<PictureExecutor> MakeExecutors(AppStatus app)
    {
        var held = app.Target.Spec.ExecutorResources ?? new();
        foreach (var instance in app.Instances.AsEnumerable())
        {
            // As its tasks: what is out of reach is not counted.
            if (instance.State.IsTerminal() || instance.State == TaskState.Unreachable)
                continue;
            var info = new Wire.ExecutorInfo
            {
                Type = Wire.ExecutorInfo.Types.Type.Default,
                ExecutorId = new() { Value = PodEnvironment.ExecutorId(instance.InstanceId) },
                FrameworkId = new() { Value = AppScheduler.FrameworkId },
            };
            var resources = Amounts(held.Cpus, held.Mem, held.Disk, 0, []);
            ResourceMapping.Write(resources.AllocateTo(instance.Role), info.Resources);
            yield return new(instance.AgentId, instance.InstanceId, info, resources);
        }
    }

    private static IEnumerable<PictureTask> Make(AppStatus app)
    {
        var spec = app.Target.Spec;
        foreach (var instance in app.Instances.AsEnumerable())
        {
            if (spec.Pod is null)
            {
                yield return Make(spec, instance);
                continue;
            }
            var next = 0;
            foreach (var container in instance.Containers.AsEnumerable())
            {
                if (spec.Pod.Containers.FirstOrDefault(known => known.Name == container.Name) is not { } definition)
                    continue;
                var ports = definition.Endpoints.Select(_ => next < instance.Ports.Count ? (long)instance.Ports[next++] : 0).ToList();
                var task = Task(container.TaskId, container.Name, instance.AgentId, container.State, container.LastStatus, PodTemplate.LabelsOf(spec, definition));
                task.ExecutorId = new() { Value = PodEnvironment.ExecutorId(instance.InstanceId) };
                task.Discovery = Discovery(spec, definition.Endpoints.Select((endpoint, i) => (Number(ports[i], endpoint.ContainerPort ?? 0), (string?)endpoint.Name, string.Join(',', endpoint.Protocols.AsEnumerable()), endpoint.Labels)));
                yield return Picture(task, container.State, Amounts(definition.Cpus, definition.Mem, definition.Disk, definition.Gpus, ports), instance.Role);
            }
        }
        foreach (var failure in app.Failures.AsEnumerable())
        {
            var task = Task(failure.Status.TaskId, AppEndpoints.DiscoveryName(spec.Id), failure.AgentId, failure.Status.State, failure.Status, spec.Labels);
            yield return Picture(task, failure.Status.State, Amounts(spec.Cpus, spec.Mem, spec.Disk, spec.Gpus, []), spec.Role);
        }
    }

    private static PictureTask Make(AppSpec spec, InstanceStatus instance)
    {
        var numbers = instance.Ports.Select(port => (long)port).ToList();
        var task = Task(instance.TaskId, AppEndpoints.DiscoveryName(spec.Id), instance.AgentId, instance.State, instance.LastStatus, spec.Labels);
        if (instance.Healthy is { } healthy && task.Statuses.Count > 0)
            task.Statuses[^1].Healthy = healthy;
        if (spec.User is { } user)
            task.User = user;
        // An instance of an older version may have other ports than the definition says.
        var ports = numbers.Count == Count(spec)
            ? AppPorts.Describe(spec, numbers.Select(port => port == 0 ? (int?)null : (int)port).ToValueList())
                .Select(port => (Number(port.HostPort, port.ContainerPort ?? 0), port.Name, port.Protocol, port.Labels))
            : numbers.Select(port => ((uint)port, (string?)null, "tcp", default(ValueMap<string>)));
        task.Discovery = Discovery(spec, ports);
        if (spec.Container?.Docker is { } docker)
        {
            task.Container = spec.Container.Type == "DOCKER"
                ? new() { Type = Wire.ContainerInfo.Types.Type.Docker, Docker = new() { Image = docker.Image, ForcePullImage = docker.ForcePullImage, Privileged = docker.Privileged } }
                : new() { Type = Wire.ContainerInfo.Types.Type.Mesos, Mesos = new() { Image = new() { Type = Wire.Image.Types.Type.Docker, Docker = new() { Name = docker.Image } } } };
        }
        return Picture(task, instance.State, Amounts(spec.Cpus, spec.Mem, spec.Disk, spec.Gpus, numbers), instance.Role);
    }

    private static int Count(AppSpec spec) => AppPorts.UsesMappings(spec) ? spec.Container!.PortMappings.Count : spec.PortDefinitions.Count;

    private static uint Number(long hostPort, int containerPort) => hostPort > 0 ? (uint)hostPort : (uint)containerPort;

    private static Wire.Task Task(string id, string name, string agentId, TaskState state, TaskUpdate? status, ValueMap<string> labels)
    {
        var task = new Wire.Task
        {
            Name = name,
            TaskId = new() { Value = id },
            FrameworkId = new() { Value = AppScheduler.FrameworkId },
            AgentId = new() { Value = agentId },
            State = StatusMapping.ToWire(state),
        };
        if (labels.Count > 0)
            task.Labels = ResourceMapping.Labels(labels.Select(label => KeyValuePair.Create(label.Key, (string?)label.Value)));
        if (status is not null)
        {
            var wire = StatusMapping.ToWire(status, agentId, "");
            wire.ContainerStatus ??= new();
            wire.ContainerStatus.ContainerId = new() { Value = id };
            task.Statuses.Add(wire);
        }
        return task;
    }

    private static Wire.DiscoveryInfo Discovery(AppSpec spec, IEnumerable<(uint Number, string? Name, string Protocol, ValueMap<string> Labels)> ports)
    {
        var discovery = new Wire.DiscoveryInfo { Visibility = Wire.DiscoveryInfo.Types.Visibility.Framework, Name = AppEndpoints.DiscoveryName(spec.Id), Ports = new() };
        foreach (var (number, name, protocols, labels) in ports)
        {
            foreach (var protocol in protocols.Length == 0 ? ["tcp"] : protocols.Split(','))
            {
                var port = new Wire.Port { Number = number, Protocol = protocol };
                if (name is not null)
                    port.Name = name;
                if (labels.Count > 0)
                    port.Labels = ResourceMapping.Labels(labels.Select(label => KeyValuePair.Create(label.Key, (string?)label.Value)));
                discovery.Ports.Ports_.Add(port);
            }
        }
        return discovery;
    }

    private static PictureTask Picture(Wire.Task task, TaskState state, Resources resources, string role)
    {
        ResourceMapping.Write(resources.AllocateTo(role), task.Resources);
        return new(task, state, resources, role);
    }

    private static Resources Amounts(double cpus, double mem, double disk, int gpus, IReadOnlyCollection<long> ports) => Resources.Of(
    [
        Resource.Scalar(ResourceNames.Cpus, ScalarValue.From(cpus).Milli),
        Resource.Scalar(ResourceNames.Mem, ScalarValue.From(mem).Milli),
        Resource.Scalar(ResourceNames.Disk, ScalarValue.From(disk).Milli),
        Resource.Scalar(ResourceNames.Gpus, gpus * 1000L),
        new() { Name = ResourceNames.Ports, Type = ResourceType.Ranges, Ranges = ValueRanges.OfNumbers(ports.Where(port => port > 0)) },
    ]);
}
