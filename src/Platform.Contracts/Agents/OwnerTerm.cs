namespace Platform.Contracts.Agents;

/// <summary>Which activation of an owner sends. Who receives ignores what an earlier one sends than the last it has heard of.</summary>
/// <param name="Owner">The owner text.</param>
/// <param name="Term">A number that each activation records, greater than all before, ahead of its first effect.</param>
/// <param name="Number">Where it stands among what this activation sends of its kind; 0: it does not matter.</param>
[GenerateSerializer, Immutable, Alias("Platform.OwnerTerm")]
public sealed record OwnerTerm([property: Id(0)] string Owner, [property: Id(1)] long Term, [property: Id(2)] long Number = 0)
{
    /// <summary>True if the other was sent later.</summary>
    public bool IsBefore(OwnerTerm other) => Term < other.Term || (Term == other.Term && Number < other.Number);
}
