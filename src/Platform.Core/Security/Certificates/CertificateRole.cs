namespace Platform.Core.Security.Certificates;

/// <summary>What a certificate of the cluster's authority is for, as a name in it says: that of a server or of an agent must not pass for that of a silo.</summary>
public static class CertificateRole
{
    /// <summary>The name of silos.</summary>
    public const string Silo = "platform:silo";

    /// <summary>Whether a certificate makes its holder a silo.</summary>
    /// <param name="names">The names in it that are addresses of resources (URIs).</param>
    public static bool IsSilo(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        // One and no more: who is several at once was not made by us.
        return names.Count == 1 && names.Contains(Silo);
    }
}
