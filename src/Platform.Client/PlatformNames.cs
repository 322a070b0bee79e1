namespace Platform.Client;

/// <summary>What can be the path of an app or a pod, and the name of anything else that is asked for by name.</summary>
public static class PlatformNames
{
    // Parts of addresses below an app's; Marathon keeps ids from ending in them.
    private static readonly string[] Reserved = ["restart", "tasks", "versions", "failures", "*"];

    /// <summary>Why nothing can have this name, for people; null: something could.</summary>
    public static string? ProblemOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (string.IsNullOrWhiteSpace(name))
            return "an empty name names nothing";
        if (name.Any(char.IsControl))
            return "a name has no control characters";
        return name is "." or ".." ? $"'{name}' names nothing" : null;
    }

    /// <summary>Why no app or pod can have this path, for people; null: one could.</summary>
    public static string? ProblemOfPath(string name)
    {
        if (ProblemOf(name) is { } problem)
            return problem;
        var parts = name.Trim('/').Split('/');
        if (parts is [""])
            return "'/' is the group of all apps and pods, not one of them";
        if (parts.FirstOrDefault(part => part.Length == 0 || part is "." or "..") is { } part)
            return $"'{name}' has the part '{part}', which names nothing";
        if (Reserved.Contains(parts[^1]))
            return $"nothing can have a name that ends in '{parts[^1]}'";
        return name.Contains("::", StringComparison.Ordinal) ? "a name has no '::'" : null;
    }
}
