using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Grains.Agents;

/// <summary>What is stored of an agent. Its tasks are not: it reports them when it dials in.</summary>
[GenerateSerializer, Alias("Platform.AgentState")]
public sealed record AgentState
{
    /// <summary>What it last said of itself, without tasks; null: it never registered.</summary>
    [Id(0)] public AgentRegistration? Registration { get; set; }

    /// <summary>When it registered for the first time.</summary>
    [Id(1)] public DateTimeOffset RegisteredAt { get; set; }

    /// <summary>The operator's wish to drain it, or null.</summary>
    [Id(2)] public AgentDrain? Drain { get; set; }

    /// <summary>An operator declared it gone.</summary>
    [Id(3)] public bool Gone { get; set; }

    /// <summary>Persistent volumes that it shall destroy and has not confirmed yet.</summary>
    [Id(4)] public ValueList<string> DestroyVolumes { get; set; }

    /// <summary>An operator wants it to take no new tasks.</summary>
    [Id(5)] public bool Deactivated { get; set; }
}
