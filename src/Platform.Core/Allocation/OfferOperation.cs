namespace Platform.Core.Allocation;

/// <summary>One operation on offered resources, or on free ones for an operator.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Resources">
/// For a launch what the task and its executor need; for others the resources as they are after Reserve and Create, and as they
/// are before Unreserve, Destroy, Grow and Shrink. Marks of allocation are ignored.
/// </param>
/// <param name="TaskId">The task to launch; empty for other operations.</param>
[GenerateSerializer, Immutable, Alias("Platform.OfferOperation")]
public sealed record OfferOperation(
    [property: Id(0)] OfferOperationKind Kind,
    [property: Id(1)] Resources Resources,
    [property: Id(2)] string TaskId = "")
{
    /// <summary>
    /// For Reserve what is to be reserved, with the reservations that it has now; empty means the same stack without its top. For
    /// Grow the free disk that is added.
    /// </summary>
    [Id(3)]
    public Resources Source { get; init; } = Resources.Empty;

    /// <summary>For Shrink how much is taken off, in MB; above 0 and below the size of the volume.</summary>
    [Id(4)]
    public ScalarValue Subtract { get; init; }
}
