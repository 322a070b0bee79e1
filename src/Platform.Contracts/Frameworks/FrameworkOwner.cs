namespace Platform.Contracts.Frameworks;

/// <summary>Owner texts of frameworks.</summary>
public static class FrameworkOwner
{
    /// <summary>What they begin with before the colon.</summary>
    public const string Prefix = "framework";

    /// <summary>The owner text of a framework.</summary>
    public static string Of(string frameworkId) => $"{Prefix}:{frameworkId}";

    /// <summary>The framework behind an owner text; null if the owner is none.</summary>
    public static string? IdOf(string owner) => owner.StartsWith(Prefix + ":", StringComparison.Ordinal) ? owner[(Prefix.Length + 1)..] : null;
}
