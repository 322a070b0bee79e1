using Platform.Core.Groups;
using Platform.Grains.Agents;
using Platform.Grains.Allocation;
using Platform.Grains.Apps;
using Platform.Grains.Deployments;
using Platform.Grains.Events;
using Platform.Grains.Frameworks;
using Platform.Grains.Jobs;
using Platform.Grains.Ownership;
using Platform.Grains.Registry;
using Platform.Grains.Secrets;
using Platform.Grains.Security;

namespace Platform.Grains.Startup;

/// <summary>Settings of all grains.</summary>
public sealed class PlatformGrainsOptions
{
    /// <summary>Sessions of agents.</summary>
    public AgentOptions Agents { get; } = new();

    /// <summary>The allocator.</summary>
    public AllocatorSettings Allocator { get; } = new();

    /// <summary>The gate that changes pass.</summary>
    public GroupOptions Groups { get; } = new();

    /// <summary>Apps.</summary>
    public AppOptions Apps { get; } = new();

    /// <summary>Everything that owns tasks.</summary>
    public OwnershipOptions Ownership { get; } = new();

    /// <summary>Deployments.</summary>
    public DeploymentOptions Deployments { get; } = new();

    /// <summary>Frameworks.</summary>
    public FrameworkOptions Frameworks { get; } = new();

    /// <summary>Jobs.</summary>
    public JobOptions Jobs { get; } = new();

    /// <summary>The event log.</summary>
    public EventLogOptions Events { get; } = new();

    /// <summary>The secret store.</summary>
    public SecretOptions Secrets { get; } = new();

    /// <summary>The audit log.</summary>
    public AuditOptions Audit { get; } = new();

    /// <summary>Tokens.</summary>
    public TokenOptions Tokens { get; } = new();

    /// <summary>The registry.</summary>
    public RegistryOptions Registry { get; } = new();

    /// <summary>Call everything that was there before the start. Default true.</summary>
    public bool ActivateAtStart { get; set; } = true;
}
