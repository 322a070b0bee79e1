namespace Platform.Contracts.Security;

/// <summary>What clients have to know to trust this server.</summary>
/// <param name="Authority">The fingerprint of the cluster's authority, SHA-256 in hexadecimal digits; null: the server has no certificate of it.</param>
public sealed record ServerTrust(string? Authority);
