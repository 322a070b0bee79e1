using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>What tests of the allocator's model are made of.</summary>
internal static class AllocatorCases
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static AllocatorAgent Agent(string id, string resources = "cpus:4;mem:4096;ports:[31000-31009]") =>
        new() { Id = id, Hostname = id, Total = Resources.Parse(resources) };

    internal static Demand Demand(string id, int count, decimal cpus = 1, decimal mem = 512, int ports = 0, string role = "*", string? owner = null) =>
        new() { Id = id, Owner = owner ?? $"app:/{id}", Role = role, Count = count, Shape = TaskShape.Of(cpus, mem, ports: ports) };

    internal static FrameworkSubscription Framework(string id, string role = "*") => new() { Id = id, Roles = [role] };
}
