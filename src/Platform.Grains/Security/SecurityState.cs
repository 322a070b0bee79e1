namespace Platform.Grains.Security;

/// <summary>What is stored beside accounts and permissions.</summary>
[GenerateSerializer, Alias("Platform.SecurityState")]
public sealed class SecurityState
{
    /// <summary>The name of the cluster in tokens; null: none was needed yet.</summary>
    [Id(0)]
    public string? Issuer { get; set; }

    /// <summary>Raised with every change.</summary>
    [Id(1)]
    public long Version { get; set; }
}
