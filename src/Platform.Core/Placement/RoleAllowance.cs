namespace Platform.Core.Placement;

/// <summary>How much of each resource a demand may still take before a rule of its role or of the cluster stops it.</summary>
/// <param name="Reason"><see cref="RejectionReason.QuotaLimit"/> or <see cref="RejectionReason.QuotaHeadroom"/>.</param>
/// <param name="Subject">The role whose limit it is, or the roles it is held back for.</param>
/// <param name="Left">What is left, by kind; a kind that is missing has no limit.</param>
/// <param name="UnreservedOnly">Whether only unreserved resources count against it, as for headroom.</param>
[GenerateSerializer, Immutable, Alias("Platform.RoleAllowance")]
public sealed record RoleAllowance(
    [property: Id(0)] RejectionReason Reason,
    [property: Id(1)] string Subject,
    [property: Id(2)] System.Collections.Immutable.ImmutableSortedDictionary<string, decimal> Left,
    [property: Id(3)] bool UnreservedOnly = false);
