namespace Platform.Grains.Frameworks;

/// <summary>Settings of frameworks' grains.</summary>
public sealed class FrameworkOptions
{
    /// <summary>How often a framework looks at what is due: offers it may not have been told of, updates to send again, kills to repeat. Default 2 s.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a framework has to come back after a restart of the control plane, besides its own fail-over time. Default 60 s.</summary>
    public TimeSpan RecoveryGrace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many ended tasks of a framework are remembered. Default 1,000, as in Mesos.</summary>
    public int KeptTasks { get; set; } = 1_000;

    /// <summary>How long an ended framework is remembered. Default 24 hours.</summary>
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromHours(24);
}
