namespace Platform.Grains.Secrets;

/// <summary>Settings of the secret store.</summary>
public sealed class SecretOptions
{
    /// <summary>
    /// Where the key comes from, 32 bytes in base64: a file, which is made with a random key, readable by its owner only, when it is missing; <c>env:NAME</c>, a variable
    /// of the environment; or <c>command:COMMAND</c>, what a command of the shell writes. Null (the default): secrets cannot be stored.
    /// </summary>
    public string? KeyFile { get; set; }
}
