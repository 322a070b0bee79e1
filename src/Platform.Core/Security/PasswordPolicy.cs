namespace Platform.Core.Security;

/// <summary>Which passwords are taken.</summary>
public static class PasswordPolicy
{
    /// <summary>The fewest characters.</summary>
    public const int Shortest = 8;

    /// <summary>The most characters.</summary>
    public const int Longest = 256;

    /// <summary>What is wrong with a password; null: nothing.</summary>
    /// <remarks>Length counts and variety does not, as NIST SP 800-63B has it; what everybody would guess first is refused.</remarks>
    public static string? Problem(string password, string uid)
    {
        if (password.Length < Shortest)
            return $"a password has at least {Shortest} characters";
        if (password.Length > Longest)
            return $"a password has at most {Longest} characters";
        if (password.Distinct().Count() < 4)
            return "a password has at least four different characters";
        return uid.Length >= 3 && password.Contains(uid, StringComparison.OrdinalIgnoreCase) ? "a password does not contain the name of its user" : null;
    }
}
