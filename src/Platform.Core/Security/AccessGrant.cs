namespace Platform.Core.Security;

/// <summary>A permission and where it comes from.</summary>
/// <param name="Permission">What is allowed.</param>
/// <param name="Source">Who has it, for people, such as <c>group shop-team</c>.</param>
public sealed record AccessGrant(Permission Permission, string Source);
