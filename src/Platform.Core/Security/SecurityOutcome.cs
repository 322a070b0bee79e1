namespace Platform.Core.Security;

/// <summary>What became of a change.</summary>
public enum SecurityOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is one already.</summary>
    Exists,

    /// <summary>There is none.</summary>
    NotFound,

    /// <summary>It is not valid.</summary>
    Invalid,
}
