using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>What one cycle gives to a framework on one agent. Without allocation marks.</summary>
internal readonly record struct OfferGrant(FrameworkEntry Framework, RoleNode Role, AgentEntry Agent, Resources Resources);
