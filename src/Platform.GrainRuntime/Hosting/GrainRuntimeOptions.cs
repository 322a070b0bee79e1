using System.Reflection;

namespace Platform.GrainRuntime;

/// <summary>Settings of the embedded grain runtime.</summary>
public sealed class GrainRuntimeOptions
{
    /// <summary>The folder of the database and its lock; made when missing. Default: <c>.platform</c> in the current folder.</summary>
    public string DataDirectory { get; set; } = ".platform";

    /// <summary>The assemblies whose grain classes are hosted. Empty (the default): the entry assembly and all it refers to.</summary>
    public IList<Assembly> GrainAssemblies { get; } = [];

    /// <summary>How long a caller waits for an answer. Default 30 s, as in Orleans.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation that is not called stays. Default 15 minutes, as in Orleans.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for. Default 1 minute, as in Orleans.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The shortest period a reminder may have. Default 5 s.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a graceful stop waits for calls and deactivations before it gives up on them. Default 10 s.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For tests: the probability that an idle activation is deactivated before its next call, which finds grains that keep in memory
    /// what they should have stored. Default 0.
    /// </summary>
    public double RandomDeactivationProbability { get; set; }

    /// <summary>The seed of <see cref="RandomDeactivationProbability"/>. Default 1.</summary>
    public int RandomDeactivationSeed { get; set; } = 1;

    /// <summary>
    /// For tests: copy immutable arguments and results too, as a call to another process would, which finds values that no serializer
    /// takes. Default false.
    /// </summary>
    public bool CopyImmutable { get; set; }
}
