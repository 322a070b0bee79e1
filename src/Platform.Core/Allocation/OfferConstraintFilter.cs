using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Platform.Core.Allocation;

/// <summary>Offer constraints made ready for use. Rules of Mesos: the first attribute of a name decides, a regular expression must match the whole text, predicates on text let other types pass.</summary>
internal sealed class OfferConstraintFilter
{
    private readonly Dictionary<string, Evaluator[][]> _roles = new(StringComparer.Ordinal);

    internal OfferConstraintFilter(OfferConstraints constraints)
    {
        foreach (var (role, groups) in constraints.Roles)
            _roles[role] = [.. groups.Select(group => group.Constraints.Select(constraint => new Evaluator(constraint)).ToArray())];
    }

    internal bool IsEmpty => _roles.Count == 0;

    /// <summary>True when the framework does not want this agent for this role, whatever is free on it.</summary>
    internal bool IsExcluded(string role, AllocatorAgent agent)
    {
        if (!_roles.TryGetValue(role, out var groups))
            return false;
        foreach (var group in groups)
        {
            if (Array.TrueForAll(group, evaluator => evaluator.Holds(agent)))
                return false;
        }
        return true;
    }

    internal static ImmutableArray<string> Validate(OfferConstraints constraints)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var (role, groups) in constraints.Roles)
        {
            if (groups.IsDefaultOrEmpty)
                problems.Add($"offer constraints of role '{role}' have no groups; leave the role out to have no constraints");
            foreach (var group in groups.IsDefault ? [] : groups)
            {
                if (group.Constraints.IsDefaultOrEmpty)
                    problems.Add($"offer constraints of role '{role}' have an empty group");
                foreach (var constraint in group.Constraints.IsDefault ? [] : group.Constraints)
                {
                    if (constraint.Subject == OfferConstraintSubject.Attribute && constraint.AttributeName.Length == 0)
                        problems.Add($"an offer constraint of role '{role}' names no attribute");
                    if (constraint.Predicate is OfferConstraintPredicate.TextMatches or OfferConstraintPredicate.TextNotMatches
                        && RegexLimits.Check(constraint.Value) is { } problem)
                    {
                        problems.Add($"an offer constraint of role '{role}' is not valid: {problem}");
                    }
                }
            }
        }
        return problems.ToImmutable();
    }

    private sealed class Evaluator(OfferConstraint constraint)
    {
        private readonly Regex? _regex =
            constraint.Predicate is OfferConstraintPredicate.TextMatches or OfferConstraintPredicate.TextNotMatches
                ? RegexLimits.Compile(constraint.Value)
                : null;

        internal bool Holds(AllocatorAgent agent)
        {
            switch (constraint.Subject)
            {
                case OfferConstraintSubject.Hostname:
                    return Holds(true, agent.Hostname);
                case OfferConstraintSubject.Region:
                    return Holds(agent.FaultDomain is not null, agent.FaultDomain?.Region);
                case OfferConstraintSubject.Zone:
                    return Holds(agent.FaultDomain is not null, agent.FaultDomain?.Zone);
                default:
                    var attribute = agent.Attributes.First(constraint.AttributeName);
                    return Holds(attribute is not null, attribute is { Type: ResourceType.Text } ? attribute.Text : null);
            }
        }

        /// <summary>Judges a value; a text of null that is present is a value of another type.</summary>
        private bool Holds(bool isPresent, string? text) => constraint.Predicate switch
        {
            OfferConstraintPredicate.Exists => isPresent,
            OfferConstraintPredicate.NotExists => !isPresent,
            OfferConstraintPredicate.TextEquals => isPresent && (text is null || text == constraint.Value),
            OfferConstraintPredicate.TextNotEquals => !isPresent || text is null || text != constraint.Value,
            OfferConstraintPredicate.TextMatches => isPresent && (text is null || _regex!.IsMatch(text)),
            _ => !isPresent || text is null || !_regex!.IsMatch(text),
        };
    }
}
