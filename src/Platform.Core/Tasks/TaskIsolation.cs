using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>How a task is set apart from its machine, beyond what the agent does for all. Names are those of Mesos' <c>LinuxInfo</c>.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskIsolation")]
public sealed record TaskIsolation
{
    /// <summary>No filter of system calls. Default false: the default filter.</summary>
    [Id(0)] public bool Unconfined { get; init; }

    /// <summary>True: it sees the processes of the machine; false: it has a process namespace of its own; null: as the agent does it.</summary>
    [Id(1)] public bool? SharesProcesses { get; init; }

    /// <summary>System V memory, semaphores, queues and shared memory of its own. Default false.</summary>
    [Id(2)] public bool PrivateIpc { get; init; }

    /// <summary>System V memory, semaphores, queues and shared memory of what it is part of: its pod or the machine. Default false.</summary>
    [Id(6)] public bool SharesIpc { get; init; }

    /// <summary>With <see cref="PrivateIpc"/>: shared memory, MB; null: 64.</summary>
    [Id(3)] public double? SharedMemory { get; init; }

    /// <summary>The capabilities that it has, such as <c>NET_RAW</c>; null: as the agent does it.</summary>
    [Id(4)] public ValueList<string>? EffectiveCapabilities { get; init; }

    /// <summary>The capabilities that it can get by programs that bring them; null: those that it has.</summary>
    [Id(5)] public ValueList<string>? BoundingCapabilities { get; init; }
}
