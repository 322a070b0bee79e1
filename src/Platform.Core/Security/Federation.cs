using Platform.Core.Collections;

namespace Platform.Core.Security;

/// <summary>How people who have logged in at a provider are known here.</summary>
public sealed record Federation
{
    /// <summary>The provider, as its tokens name it (<c>iss</c>).</summary>
    public required string Provider { get; init; }

    /// <summary>The claim with the name of the user. Default <c>email</c>.</summary>
    public string UserClaim { get; init; } = "email";

    /// <summary>The claim with the groups of the user, a text or a list. Default <c>groups</c>.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>The group here that each value of that claim stands for. What is not named stands for none.</summary>
    public ValueMap<string> Groups { get; init; }

    /// <summary>Who it is; null: <paramref name="problem"/> says why it is nobody.</summary>
    /// <param name="claims">What the token says, with all values of each claim.</param>
    /// <param name="problem">What is wrong with it.</param>
    public FederatedUser? Read(IReadOnlyDictionary<string, ValueList<string>> claims, out string? problem)
    {
        problem = null;
        if (claims.GetValueOrDefault(UserClaim) is not [{ Length: > 0 } uid])
            problem = $"the provider's token has no claim '{UserClaim}' with the name of the user";
        // Whoever may write any address into the own profile could be anybody.
        else if (UserClaim == "email" && claims.GetValueOrDefault("email_verified") is not ["true" or "True"])
            problem = "the provider has not verified the address of the user (email_verified)";
        else if (AccountNames.Problem(uid) is { } wrong)
            problem = wrong;
        else
        {
            var said = claims.GetValueOrDefault(GroupsClaim).ToHashSet(StringComparer.Ordinal);
            return new(
                uid, claims.GetValueOrDefault("name") is [var name] ? name : "", Provider,
                Groups.Where(group => said.Contains(group.Key)).Select(group => group.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToValueList(),
                Groups.Select(group => group.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToValueList());
        }
        return null;
    }
}
