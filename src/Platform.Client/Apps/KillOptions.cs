namespace Platform.Client.Apps;

/// <summary>How instances are killed.</summary>
public sealed record KillOptions
{
    /// <summary>Lower the number of instances too, so that none is started in their place. Default false.</summary>
    public bool Scale { get; init; }

    /// <summary>Destroy their persistent volumes too. Default false; not together with <see cref="Scale"/>.</summary>
    public bool Wipe { get; init; }

    /// <summary>With <see cref="Scale"/>: cancel the deployments that are in the way. Default false.</summary>
    public bool Force { get; init; }

    /// <summary>Only instances on this host. Null: any. Only when all instances of an app are killed.</summary>
    public string? Host { get; init; }
}
