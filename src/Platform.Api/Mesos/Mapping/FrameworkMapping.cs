using System.Collections.Immutable;
using Google.Protobuf;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Frameworks;
using Platform.Core.Roles;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Frameworks as Mesos describes them.</summary>
internal static class FrameworkMapping
{
    private const int LongestId = 255;

    /// <summary>Reads what a scheduler says of itself.</summary>
    /// <param name="info">Itself.</param>
    /// <param name="suppressed">The roles for which it wants no offers for now.</param>
    /// <param name="constraints">Which agents it wants; null: any.</param>
    /// <param name="problem">The first problem, in Mesos' words; null: there is none.</param>
    public static FrameworkSpec? Read(Wire.FrameworkInfo info, IEnumerable<string> suppressed, Wire.Scheduler.OfferConstraints? constraints, out string? problem)
    {
        var isMultiRole = info.Capabilities.Any(capability => capability.Type == Wire.FrameworkInfo.Types.Capability.Types.Type.MultiRole);
        var roles = isMultiRole ? info.Roles.ToList() : [info.HasRole ? info.Role : RoleName.Default];
        problem = ProblemOf(info, isMultiRole, roles, suppressed.ToList());
        var filters = problem is null ? Minimums(info, roles, out problem) : [];
        var offerConstraints = problem is null ? Read(constraints, roles, out problem) : OfferConstraints.None;
        problem ??= offerConstraints.Validate() is { IsEmpty: false } invalid ? $"Offer constraints are not valid: {string.Join("; ", invalid)}" : null;
        if (problem is not null)
            return null;
        return new()
        {
            Name = info.Name,
            User = info.User,
            Roles = [.. roles],
            FailoverTimeoutSeconds = info.FailoverTimeout,
            Capabilities = info.Capabilities.Aggregate(FrameworkCapabilities.None, (all, capability) => all | Of(capability.Type)),
            Principal = info.HasPrincipal ? info.Principal : null,
            Hostname = info.Hostname,
            SuppressedRoles = [.. suppressed],
            MinAllocatable = filters,
            OfferConstraints = offerConstraints,
            Definition = info.ToByteArray(),
        };
    }

    private static string? ProblemOf(Wire.FrameworkInfo info, bool isMultiRole, List<string> roles, List<string> suppressed)
    {
        if (info.Id is { Value.Length: > 0 } id && IdProblem(id.Value) is { } wrong)
            return wrong;
        if (isMultiRole && info.HasRole && info.Role != RoleName.Default)
            return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        if (!isMultiRole && info.Roles.Count > 0)
            return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
        var doubles = roles.GroupBy(role => role).Where(role => role.Count() > 1).Select(role => role.Key).ToList();
        if (doubles.Count > 0)
            return $"'FrameworkInfo.roles' contains duplicate items: {{ {string.Join(", ", doubles)} }}";
        if (roles.Select(RoleName.Validate).FirstOrDefault(found => found is not null) is { } role)
            return isMultiRole ? $"'FrameworkInfo.roles' contains invalid role: {role}" : $"'FrameworkInfo.role' is not a valid role: {role}";
        if (!double.IsFinite(info.FailoverTimeout) || info.FailoverTimeout < 0 || info.FailoverTimeout > TimeSpan.MaxValue.TotalSeconds)
            return $"The framework failover_timeout ({info.FailoverTimeout}) is invalid";
        var strangers = suppressed.Except(roles).ToList();
        return strangers.Count > 0 ? $"Suppressed roles {{ {string.Join(", ", strangers)} }} are not contained in the set of roles" : null;
    }

    // A scheduler may bring an id along. Mesos' rule for ids, which are names of folders too.
    private static string? IdProblem(string id) =>
        id.Length > LongestId ? $"ID must not be greater than {LongestId} characters"
        : id is "." or ".." ? $"'{id}' is disallowed"
        : id.Any(c => char.IsControl(c) || c is '/' or '\\') ? $"'{id}' contains invalid characters"
        : null;

    private static ImmutableDictionary<string, ImmutableArray<ResourceQuantities>> Minimums(Wire.FrameworkInfo info, List<string> roles, out string? problem)
    {
        problem = null;
        var minimums = ImmutableDictionary.CreateBuilder<string, ImmutableArray<ResourceQuantities>>(StringComparer.Ordinal);
        foreach (var (role, filters) in info.OfferFilters)
        {
            if (!roles.Contains(role))
                problem ??= $"Offer filters specify a role '{role}' which is not contained in the set of roles";
            if (filters.MinAllocatableResources is not { } least)
                continue;
            if (least.Quantities.SelectMany(one => one.Quantities.Values).Any(amount => !double.IsFinite(amount.Value) || amount.Value < 0))
                problem ??= $"Invalid quantity in the offer filters of role '{role}'";
            minimums[role] = problem is not null ? [] :
                [.. least.Quantities.Select(one => one.Quantities.Aggregate(ResourceQuantities.Empty, (sum, amount) => sum.With(amount.Key, ScalarValue.From(amount.Value.Value).Milli)))];
        }
        return minimums.ToImmutable();
    }

    private static OfferConstraints Read(Wire.Scheduler.OfferConstraints? constraints, List<string> roles, out string? problem)
    {
        problem = null;
        if (constraints is null)
            return OfferConstraints.None;
        var all = ImmutableDictionary.CreateBuilder<string, ImmutableArray<OfferConstraintGroup>>(StringComparer.Ordinal);
        foreach (var (role, groups) in constraints.RoleConstraints)
        {
            if (!roles.Contains(role))
                problem ??= $"Offer constraints specify `role_constraints` for a role '{role}'not contained in the set of roles";
            var read = ImmutableArray.CreateBuilder<OfferConstraintGroup>();
            foreach (var group in groups.Groups)
            {
                var conditions = ImmutableArray.CreateBuilder<OfferConstraint>();
                foreach (var condition in group.AttributeConstraints)
                {
                    if (Read(condition) is { } constraint)
                        conditions.Add(constraint);
                    else
                        problem ??= $"Offer constraints of role '{role}' have a selector or a predicate that is not set or not known";
                }
                read.Add(new(conditions.ToImmutable()));
            }
            all[role] = read.ToImmutable();
        }
        return new() { Roles = all.ToImmutable() };
    }

    private static OfferConstraint? Read(Wire.Scheduler.AttributeConstraint wire)
    {
        (OfferConstraintPredicate, string)? predicate = wire.Predicate switch
        {
            { Exists: not null } => (OfferConstraintPredicate.Exists, ""),
            { NotExists: not null } => (OfferConstraintPredicate.NotExists, ""),
            { TextEquals: { } equal } => (OfferConstraintPredicate.TextEquals, equal.Value),
            { TextNotEquals: { } unequal } => (OfferConstraintPredicate.TextNotEquals, unequal.Value),
            { TextMatches: { } match } => (OfferConstraintPredicate.TextMatches, match.Regex),
            { TextNotMatches: { } mismatch } => (OfferConstraintPredicate.TextNotMatches, mismatch.Regex),
            _ => null,
        };
        OfferConstraintSubject? subject = wire.Selector is not { } selector ? null
            : selector.HasAttributeName ? OfferConstraintSubject.Attribute
            : selector.PseudoattributeType switch
            {
                Wire.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType.Hostname => OfferConstraintSubject.Hostname,
                Wire.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType.Region => OfferConstraintSubject.Region,
                Wire.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType.Zone => OfferConstraintSubject.Zone,
                _ => null,
            };
        return predicate is var (kind, value) && subject is { } what
            ? new() { Subject = what, AttributeName = wire.Selector!.AttributeName, Predicate = kind, Value = value }
            : null;
    }

    private static FrameworkCapabilities Of(Wire.FrameworkInfo.Types.Capability.Types.Type type) => type switch
    {
        Wire.FrameworkInfo.Types.Capability.Types.Type.Unknown => FrameworkCapabilities.None,
        // The numbers of Mesos count the bits.
        _ => (FrameworkCapabilities)(1 << ((int)type - 1)),
    };
}
