namespace Platform.Core.Frameworks;

/// <summary>What a framework is told of an operation on reservations or volumes.</summary>
[GenerateSerializer, Alias("Platform.OperationResult")]
public enum OperationResult
{
    /// <summary>It was done.</summary>
    Finished,

    /// <summary>It cannot be done and was not.</summary>
    Error,

    /// <summary>It is not known, and its agent has yet to come back.</summary>
    Recovering,

    /// <summary>It is not known, and its agent is out of reach.</summary>
    Unreachable,

    /// <summary>It is not known, and its agent was given up.</summary>
    Gone,

    /// <summary>It is not known.</summary>
    Unknown,
}
