namespace Platform.Core.Placement;

/// <summary>A limit of a role or of the cluster, and what is left of it during one plan.</summary>
internal sealed class AllowanceLeft(RoleAllowance allowance, ScalarKinds kinds)
{
    public RoleAllowance Allowance { get; } = allowance;

    public Amounts Left { get; set; } = kinds.Limits(allowance.Left);
}
