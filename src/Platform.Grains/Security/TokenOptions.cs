namespace Platform.Grains.Security;

/// <summary>Settings of the tokens that are signed.</summary>
public sealed class TokenOptions
{
    /// <summary>The address that tokens of tasks name as their issuer, the same for all silos; null: the name of the cluster.</summary>
    public string? Issuer { get; set; }
}
