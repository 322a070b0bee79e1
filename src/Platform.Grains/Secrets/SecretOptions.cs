namespace Platform.Grains.Secrets;

/// <summary>Settings of the secret store.</summary>
public sealed class SecretOptions
{
    /// <summary>The file with the key, 32 bytes in base64; made with a random key, readable by its owner only, when it is missing. Null (the default): secrets cannot be stored.</summary>
    public string? KeyFile { get; set; }
}
