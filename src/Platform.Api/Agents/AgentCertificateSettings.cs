namespace Platform.Api.Agents;

/// <summary>What a cluster has set for the certificates of agents.</summary>
/// <param name="AreRequired">Agents on other machines are not let in without one. Default false.</param>
/// <param name="Lifetime">How long one counts. Default 30 days.</param>
public sealed record AgentCertificateSettings(bool AreRequired, TimeSpan Lifetime);
