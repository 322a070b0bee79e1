namespace Platform.Core.Allocation;

/// <summary>What a task holds. Tasks of one demand share the object of their resources and differ in their ports.</summary>
internal sealed class HeldTask(AgentEntry agent, RoleClient client, string owner, Resources resources, int[] ports)
{
    internal AgentEntry Agent { get; } = agent;

    internal RoleClient Client { get; } = client;

    internal string Owner { get; } = owner;

    /// <summary>Without the ports.</summary>
    internal Resources Shared { get; } = resources;

    internal int[] Ports { get; } = ports;

    /// <summary>Devices by index; a task that waits for victims gets them when those have ended.</summary>
    internal int[] Gpus { get; set; } = [];

    internal Resources Resources => Ports.Length == 0 ? Shared : Shared.Plus(ResourceCarving.PortsOf(Agent, Ports));
}
