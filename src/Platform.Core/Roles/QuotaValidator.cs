using System.Collections.Immutable;

namespace Platform.Core.Roles;

/// <summary>
/// Checks a quota before it is set. Rules: amounts are scalars; a guarantee is within its own limit; nested guarantees fit
/// together into the parent's, and a nested limit is within the parent's; unless forced, guarantees fit into the cluster
/// and limits are not below what is consumed already.
/// </summary>
internal static class QuotaValidator
{
    internal static ImmutableArray<string> Validate(RoleTree tree, string role, Quota quota, ResourceQuantities capacity, bool force)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        if (RoleName.Validate(role) is { } invalid)
        {
            problems.Add(invalid);
            return problems.ToImmutable();
        }
        foreach (var (name, milli) in quota.Guarantees.Entries())
        {
            if (milli > quota.Limits.Get(name))
                problems.Add($"role '{role}': the guarantee of {Print(milli)} {name} is above its limit of {Print(quota.Limits.Get(name))}; raise the limit or lower the guarantee");
        }
        CheckParent(tree, role, quota, problems);
        CheckChildren(tree, role, quota, problems);
        if (!force)
        {
            CheckCapacity(tree, role, quota, capacity, problems);
            CheckConsumption(tree, role, quota, problems);
        }
        return problems.ToImmutable();
    }

    private static void CheckParent(RoleTree tree, string role, Quota quota, ImmutableArray<string>.Builder problems)
    {
        // A guarantee needs a parent that promises as much; a role in between without quota passes the question upwards.
        foreach (var ancestor in RoleName.Ancestors(role))
        {
            var parent = tree.Find(ancestor);
            if (parent is null || parent.Quota.IsNone)
                continue;
            var siblings = parent.Children.Values.Where(child => !IsAtOrAbove(child.Path, role)).Select(GuaranteesBelow)
                .Aggregate(ResourceQuantities.Empty, (sum, part) => sum + part);
            foreach (var (name, milli) in quota.Guarantees.Entries())
            {
                var left = parent.Quota.Guarantees.Get(name) - siblings.Get(name);
                if (milli > left)
                    problems.Add($"role '{role}': the guarantee of {Print(milli)} {name} does not fit into the guarantee of its parent '{ancestor}', which has {Print(Math.Max(0, left))} left; raise the parent's first");
            }
            foreach (var (name, bound) in quota.Limits.Bounds)
            {
                if (bound > parent.Quota.Limits.Get(name))
                    problems.Add($"role '{role}': the limit of {Print(bound)} {name} is above the limit of its parent '{ancestor}', {Print(parent.Quota.Limits.Get(name))}");
            }
            return;
        }
        if (role.Contains('/', StringComparison.Ordinal) && !quota.Guarantees.IsEmpty)
            problems.Add($"role '{role}': a nested guarantee must fit into its parent's, and no role above it has a guarantee; set one there first");
    }

    private static void CheckChildren(RoleTree tree, string role, Quota quota, ImmutableArray<string>.Builder problems)
    {
        if (tree.Find(role) is not { } node)
            return;
        var below = node.Children.Values.Select(GuaranteesBelow).Aggregate(ResourceQuantities.Empty, (sum, part) => sum + part);
        foreach (var (name, milli) in below.Entries())
        {
            if (milli > quota.Guarantees.Get(name))
                problems.Add($"role '{role}': the roles below it are guaranteed {Print(milli)} {name}, more than its own guarantee of {Print(quota.Guarantees.Get(name))}; lower theirs first");
        }
        foreach (var child in Descendants(node))
        {
            foreach (var (name, bound) in child.Quota.Limits.Bounds)
            {
                if (bound > quota.Limits.Get(name))
                    problems.Add($"role '{role}': the limit of {Print(quota.Limits.Get(name))} {name} is below the limit of '{child.Path}', {Print(bound)}; lower that first");
            }
        }
    }

    private static void CheckCapacity(RoleTree tree, string role, Quota quota, ResourceQuantities capacity, ImmutableArray<string>.Builder problems)
    {
        if (role.Contains('/', StringComparison.Ordinal))
            return;
        var others = tree.Root.Children.Values.Where(node => node.Path != role).Select(node => node.Quota.Guarantees)
            .Aggregate(ResourceQuantities.Empty, (sum, part) => sum + part);
        foreach (var (name, milli) in quota.Guarantees.Entries())
        {
            if (milli + others.Get(name) > capacity.Get(name))
                problems.Add($"role '{role}': a guarantee of {Print(milli)} {name} with {Print(others.Get(name))} guaranteed to other roles is more than the cluster's {Print(capacity.Get(name))}; use force to set it all the same");
        }
    }

    private static void CheckConsumption(RoleTree tree, string role, Quota quota, ImmutableArray<string>.Builder problems)
    {
        if (tree.Find(role) is not { } node)
            return;
        foreach (var (name, bound) in quota.Limits.Bounds)
        {
            if (node.Consumed.Get(name) > bound)
                problems.Add($"role '{role}': it consumes {Print(node.Consumed.Get(name))} {name} already, more than the limit of {Print(bound)}; use force to set it all the same");
        }
    }

    /// <summary>What the role, or if it has no guarantee the roles below it, are guaranteed.</summary>
    private static ResourceQuantities GuaranteesBelow(RoleNode node) => ResourceQuantities.Max(
        node.Quota.Guarantees,
        node.Children.Values.Select(GuaranteesBelow).Aggregate(ResourceQuantities.Empty, (sum, part) => sum + part));

    private static IEnumerable<RoleNode> Descendants(RoleNode node) =>
        node.Children.Values.SelectMany(child => Descendants(child).Prepend(child));

    private static bool IsAtOrAbove(string path, string role) => path == role || RoleName.IsStrictSubroleOf(role, path);

    private static string Print(long milli) => milli == ResourceLimits.Unlimited ? "no bound" : ScalarValue.Format(milli);
}
