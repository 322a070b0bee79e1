namespace Platform.Core.Groups;

/// <summary>How much the definitions of apps, pods and jobs in a group and below it may come to, all together. What is null is not limited.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupLimit")]
public sealed record GroupLimit
{
    /// <summary>Apps and pods.</summary>
    [Id(0)] public int? Apps { get; init; }

    /// <summary>Instances; an app that scales itself counts with the most that it may have, a job with the tasks that one run has at a time.</summary>
    [Id(1)] public long? Instances { get; init; }

    /// <summary>Cpus of all instances.</summary>
    [Id(2)] public double? Cpus { get; init; }

    /// <summary>Memory of all instances, MB.</summary>
    [Id(3)] public double? Mem { get; init; }

    /// <summary>Disk of all instances, MB.</summary>
    [Id(4)] public double? Disk { get; init; }

    /// <summary>GPUs of all instances.</summary>
    [Id(5)] public long? Gpus { get; init; }

    /// <summary>Jobs.</summary>
    [Id(6)] public int? Jobs { get; init; }
}
