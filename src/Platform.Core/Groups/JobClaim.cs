using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>A change of a job that asks for more, before it is made: what the jobs directly in its group come to.</summary>
/// <param name="Gate">Which activation of the jobs' gate asks.</param>
/// <param name="Number">Its number among what that activation tells; later ones are greater.</param>
/// <param name="Group">The group.</param>
/// <param name="Before">What they come to now.</param>
/// <param name="After">What they would come to.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobClaim")]
public sealed record JobClaim(
    [property: Id(0)] Guid Gate, [property: Id(1)] long Number, [property: Id(2)] string Group, [property: Id(3)] GroupUse Before, [property: Id(4)] GroupUse After);

/// <summary>What the jobs directly in groups come to, a change that is on its way included: of each amount at least what is, and what will be.</summary>
/// <param name="Gate">Which activation of the jobs' gate says so.</param>
/// <param name="Number">Its number among what that activation tells; later ones are greater.</param>
/// <param name="Uses">By the path of the group; one without jobs may be left out where all are told.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobUses")]
public sealed record JobUses([property: Id(0)] Guid Gate, [property: Id(1)] long Number, [property: Id(2)] ValueMap<GroupUse> Uses);
