namespace Platform.Core.Groups;

/// <summary>What happens to an app.</summary>
[GenerateSerializer, Alias("Platform.AppChangeKind")]
public enum AppChangeKind
{
    /// <summary>It is created or gets a new definition.</summary>
    Put,

    /// <summary>It is removed with all its instances.</summary>
    Remove,

    /// <summary>All its instances are replaced under the same definition.</summary>
    Restart,
}
