namespace Platform.Core.Groups;

/// <summary>Something that a group would have beyond its limit.</summary>
/// <param name="Group">The path of the group.</param>
/// <param name="Member">What it is, as limits name it: <c>apps</c>, <c>jobs</c>, <c>instances</c>, <c>cpus</c>, <c>mem</c>, <c>disk</c> or <c>gpus</c>.</param>
/// <param name="Text">A sentence: what, by how much, and how to mend it.</param>
[GenerateSerializer, Immutable, Alias("Platform.GroupExcess")]
public sealed record GroupExcess([property: Id(0)] string Group, [property: Id(1)] string Member, [property: Id(2)] string Text);
