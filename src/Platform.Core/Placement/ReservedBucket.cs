namespace Platform.Core.Placement;

/// <summary>The free part of what one role has reserved on one agent.</summary>
internal sealed class ReservedBucket(string role, Amounts capacity, PortBits ports)
{
    public string Role { get; } = role;

    public Amounts Capacity { get; } = capacity;

    public Amounts Free { get; set; } = capacity;

    public PortBits Ports { get; } = ports;

    public ReservedBucket Clone() => new(Role, Capacity, Ports.Clone()) { Free = Free };
}
