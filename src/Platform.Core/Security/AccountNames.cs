namespace Platform.Core.Security;

/// <summary>The rules of ids of accounts and groups.</summary>
public static class AccountNames
{
    private const int Longest = 96;

    /// <summary>What is wrong with an id; null: nothing.</summary>
    public static string? Problem(string id) =>
        id.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-' or '+')
            ? null
            : $"'{new string([.. id.Take(Longest).Select(c => char.IsControl(c) ? '?' : c)])}' is no id: it has 1 to {Longest} letters, digits and . _ @ - +, and begins with a letter or a digit";
}
