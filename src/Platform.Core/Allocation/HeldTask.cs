namespace Platform.Core.Allocation;

/// <summary>What a task holds. Tasks of one demand share the object of their resources and differ in their ports.</summary>
internal sealed class HeldTask(AgentEntry agent, RoleClient client, string owner, Resources resources, int[] ports, int[] gpus)
{
    internal AgentEntry Agent { get; } = agent;

    internal RoleClient Client { get; } = client;

    internal string Owner { get; } = owner;

    /// <summary>Without the ports.</summary>
    internal Resources Shared { get; } = resources;

    internal int[] Ports { get; } = ports;

    internal int[] Gpus { get; } = gpus;

    internal Resources Resources => Ports.Length == 0 ? Shared : Shared.Plus(ResourceCarving.PortsOf(Agent, Ports));
}
