using System.Reflection;

namespace Platform.GrainRuntime;

/// <summary>The settings by which tests start grains, as far as they mean something on Orleans.</summary>
public sealed class GrainRuntimeOptions
{
    /// <summary>Of no effect: Orleans finds the grains of all assemblies.</summary>
    public IList<Assembly> GrainAssemblies { get; } = [];

    /// <summary>A name for the state in Redis: silos that are started one after the other with the same name go on from each other's state.</summary>
    public string DataDirectory { get; set; } = "";

    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Of no effect: the embedded lane's guard.</summary>
    public double RandomDeactivationProbability { get; set; }

    /// <summary>Of no effect: the embedded lane's guard.</summary>
    public int RandomDeactivationSeed { get; set; } = 1;

    /// <summary>Of no effect: the embedded lane's guard.</summary>
    public bool CopyImmutable { get; set; }
}
