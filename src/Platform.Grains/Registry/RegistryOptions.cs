namespace Platform.Grains.Registry;

/// <summary>Settings of the registry.</summary>
public sealed class RegistryOptions
{
    /// <summary>Changes that are kept for those who follow; who is farther behind reads whole lists. Default 16,384.</summary>
    public int KeptChanges { get; set; } = 16_384;

    /// <summary>How often owners that have not told what they have are asked again. Default 2 seconds.</summary>
    public TimeSpan AskAgain { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Who follows and does not come back for so long is not waited for. Default 6 seconds.</summary>
    public TimeSpan FollowerLifetime { get; set; } = TimeSpan.FromSeconds(6);
}
