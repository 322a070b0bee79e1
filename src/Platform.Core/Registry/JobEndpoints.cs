using System.Net;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Core.Registry;

/// <summary>The endpoints of jobs: tasks of their runs. One without ports is found by its address, as Mesos-DNS has it.</summary>
public static class JobEndpoints
{
    /// <summary>The framework whose tasks they are, in DNS names: Metronome's.</summary>
    public const string Framework = "metronome";

    /// <summary>The service that a job is, such as <c>reports.daily.metronome</c>.</summary>
    public static string ServiceOf(string jobId) => $"{jobId}.{Framework}";

    /// <summary>The endpoint of a task; null: it does not run.</summary>
    /// <param name="spec">The job as its run knows it.</param>
    /// <param name="task">The task.</param>
    /// <param name="owner">Who tells of it, such as <c>job:reports.daily</c>.</param>
    public static ServiceEndpoint? Of(JobSpec spec, RunTask task, string owner)
    {
        if (task is not { State: TaskState.Running, AgentId: { } agent, Host: { } host })
            return null;
        var reported = task.LastStatus?.IpAddresses ?? default;
        return new()
        {
            Id = task.TaskId,
            Framework = Framework,
            Name = spec.Id,
            DiscoveryName = spec.Id,
            AgentId = agent,
            AgentAddresses = IPAddress.TryParse(host, out _) || reported.IsEmpty ? [host] : reported,
            Ports = task.Ports.Select((port, index) => Port(port, Described(spec, index))).ToValueList(),
            State = task.Doomed ? EndpointState.Draining : EndpointState.Ready,
            Labels = spec.Labels,
            Owner = owner,
        };
    }

    /// <summary>How long a task goes on after nobody is sent to it any more, before it is told to stop.</summary>
    public static TimeSpan DrainTime(JobSpec spec) => DrainTimes.Of(spec.Labels, spec.Task.NamedPorts.Select(port => port.Labels));

    /// <summary>The ports that the definition asks for, without the numbers that only a task has.</summary>
    internal static ValueList<EndpointPort> LabelledPorts(JobSpec spec) =>
        Enumerable.Range(0, Math.Max(spec.Task.Ports, spec.Task.NamedPorts.Count)).Select(index => Port(0, Described(spec, index))).ToValueList();

    private static JobPortSpec Described(JobSpec spec, int index) => index < spec.Task.NamedPorts.Count ? spec.Task.NamedPorts[index] : JobPortSpec.Plain;

    private static EndpointPort Port(int number, JobPortSpec spec) => new() { HostPort = number, Name = spec.Name, Protocol = spec.Protocol, Labels = spec.Labels };
}
