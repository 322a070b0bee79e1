namespace Platform.Agent.Session;

/// <summary>An agent's way to its control plane, for what runs beside it in its process.</summary>
/// <param name="Masters">The control plane's addresses.</param>
/// <param name="Handler">Sends requests as the agent does: to whom it trusts, with its certificate or token. It lives as long as the agent.</param>
public sealed record AgentLink(IReadOnlyList<Uri> Masters, HttpMessageHandler Handler);
