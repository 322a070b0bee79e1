namespace Platform.Core.Security.Certificates;

/// <summary>What a certificate of the cluster's authority is for, as a name in it says: that of a server or of an agent must not pass for that of a silo.</summary>
public static class CertificateRole
{
    /// <summary>The name of silos.</summary>
    public const string Silo = "platform:silo";

    /// <summary>The longest id of an agent that has a certificate.</summary>
    public const int LongestAgentId = 64;

    private const string AgentPrefix = "platform:agent:";

    /// <summary>The name of an agent.</summary>
    public static string Agent(string agentId) => AgentPrefix + agentId;

    /// <summary>Whether an agent of this id can have a certificate.</summary>
    public static bool IsAgentId(string agentId) =>
        agentId.Length is > 0 and <= LongestAgentId && agentId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The id of the agent that a certificate is for; null: it is for none.</summary>
    /// <param name="names">The names in it that are addresses of resources (URIs).</param>
    public static string? AgentOf(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 1 && names.First() is var name && name.StartsWith(AgentPrefix, StringComparison.Ordinal) && IsAgentId(name[AgentPrefix.Length..]) ? name[AgentPrefix.Length..] : null;
    }

    /// <summary>Whether a certificate makes its holder a silo.</summary>
    /// <param name="names">The names in it that are addresses of resources (URIs).</param>
    public static bool IsSilo(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        // One and no more: who is several at once was not made by us.
        return names.Count == 1 && names.Contains(Silo);
    }
}
