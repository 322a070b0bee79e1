namespace Platform.Contracts.Frameworks;

/// <summary>Whether a scheduler's call was taken.</summary>
/// <param name="Kind">Whether, and why not.</param>
/// <param name="Problem">With <see cref="FrameworkReplyKind.Invalid"/>: what is wrong.</param>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkReply")]
public sealed record FrameworkReply([property: Id(0)] FrameworkReplyKind Kind, [property: Id(1)] string? Problem = null)
{
    /// <summary>It was taken.</summary>
    public static FrameworkReply Taken { get; } = new(FrameworkReplyKind.Taken);
}

/// <summary>Whether a scheduler's call was taken, and why not.</summary>
[GenerateSerializer, Alias("Platform.FrameworkReplyKind")]
public enum FrameworkReplyKind
{
    /// <summary>It was.</summary>
    Taken,

    /// <summary>There is no such framework.</summary>
    Unknown,

    /// <summary>The framework has no stream.</summary>
    NotSubscribed,

    /// <summary>The call names no stream.</summary>
    NoStream,

    /// <summary>The call names another stream than the current one.</summary>
    OtherStream,

    /// <summary>What it asks for is not possible.</summary>
    Invalid,
}
