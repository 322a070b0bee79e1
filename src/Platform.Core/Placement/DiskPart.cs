namespace Platform.Core.Placement;

/// <summary>What is taken of a disk besides that of the work directory.</summary>
/// <param name="Root">The disk.</param>
/// <param name="Size">MB; of a mount disk all it has.</param>
/// <param name="Role">The role that this part of the disk is reserved to; <c>*</c> for none.</param>
[GenerateSerializer, Immutable, Alias("Platform.DiskPart")]
public sealed record DiskPart([property: Id(0)] string Root, [property: Id(1)] decimal Size, [property: Id(2)] string Role = "*");
