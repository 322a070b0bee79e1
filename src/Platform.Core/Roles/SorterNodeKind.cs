namespace Platform.Core.Roles;

internal enum SorterNodeKind
{
    ActiveLeaf,
    InactiveLeaf,
    Internal,
}
