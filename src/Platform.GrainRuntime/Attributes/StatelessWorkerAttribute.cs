namespace Platform.GrainRuntime;

/// <summary>Several activations of one grain may exist; a call goes to an idle one.</summary>
/// <param name="maxLocalWorkers">How many at most; below 1 means as many as there are processors.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StatelessWorkerAttribute(int maxLocalWorkers) : Attribute
{
    /// <summary>As many as there are processors.</summary>
    public StatelessWorkerAttribute()
        : this(-1)
    {
    }

    /// <summary>How many activations at most.</summary>
    public int MaxLocalWorkers { get; } = maxLocalWorkers < 1 ? Environment.ProcessorCount : maxLocalWorkers;
}
