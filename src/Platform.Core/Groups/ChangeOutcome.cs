namespace Platform.Core.Groups;

/// <summary>What became of a change.</summary>
[GenerateSerializer, Alias("Platform.ChangeOutcome")]
public enum ChangeOutcome
{
    /// <summary>It is recorded and its deployment runs (or there was nothing to do).</summary>
    Accepted,

    /// <summary>Other deployments hold some of the apps.</summary>
    Locked,

    /// <summary>An app or group that had to be new exists.</summary>
    Exists,

    /// <summary>An app or group is not there.</summary>
    NotFound,

    /// <summary>An app was changed by somebody else since <see cref="AppChange.ExpectedVersion"/>.</summary>
    VersionConflict,

    /// <summary>Too many deployments run already.</summary>
    TooManyDeployments,

    /// <summary>The tree would be invalid (an app and a group on one path, a circle of dependencies ...).</summary>
    Invalid,
}
