using System.Buffers;
using System.Collections.Immutable;

namespace Platform.Core.Roles;

/// <summary>The rules of role names: a path such as <c>eng/web</c>, or <c>*</c>, the role of those who have none.</summary>
public static class RoleName
{
    /// <summary>The role of everything that names no other.</summary>
    public const string Default = "*";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\t\n\v\f\r \x7f");

    /// <summary>Says what is wrong with a role name; null when it is valid.</summary>
    /// <param name="role">The name.</param>
    public static string? Validate(string role)
    {
        if (role == Default)
            return null;
        if (role.Length == 0)
            return "Role names cannot be the empty string";
        if (role[0] == '/')
            return $"Role '{role}' cannot start with a slash";
        if (role[^1] == '/')
            return $"Role '{role}' cannot end with a slash";
        if (role.Contains("//", StringComparison.Ordinal))
            return $"Role '{role}' cannot contain two adjacent slashes";
        foreach (var component in role.Split('/'))
        {
            if (component is "." or ".." or Default)
                return $"Role '{role}' cannot include '{component}' as a component";
            if (component[0] == '-')
                return $"Role component '{component}' is invalid because it starts with a dash";
            if (component.AsSpan().ContainsAny(Forbidden))
                return $"Role component '{component}' is invalid because it contains backspace or whitespace";
        }
        return null;
    }

    /// <summary>True when the name is valid.</summary>
    public static bool IsValid(string role) => Validate(role) is null;

    /// <summary>Reads a list of roles between commas; empty entries are skipped.</summary>
    /// <exception cref="FormatException">A role is not valid; the message lists every problem.</exception>
    public static ImmutableArray<string> ParseList(string text)
    {
        var roles = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var problems = roles.Select(Validate).OfType<string>().ToList();
        return problems.Count == 0 ? [.. roles] : throw new FormatException(string.Join("; ", problems));
    }

    /// <summary>The roles above a role, nearest first: <c>a/b/c</c> has <c>a/b</c> and <c>a</c>.</summary>
    public static IEnumerable<string> Ancestors(string role)
    {
        for (var slash = role.LastIndexOf('/'); slash > 0; slash = role.LastIndexOf('/', slash - 1))
            yield return role[..slash];
    }

    /// <summary>True when the first role is below the second; no role is below itself.</summary>
    public static bool IsStrictSubroleOf(string role, string ancestor) =>
        role.Length > ancestor.Length && role[ancestor.Length] == '/' && role.StartsWith(ancestor, StringComparison.Ordinal);
}
