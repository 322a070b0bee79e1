namespace Platform.Dashboard.Live;

/// <summary>Finds apps by what was typed.</summary>
internal static class AppSearch
{
    /// <param name="app">The app.</param>
    /// <param name="query">Words, all of which must be in its path, its role or a label (<c>key=value</c>); null or empty: any.</param>
    /// <param name="state">The name of a condition, <c>trouble</c>, or null or empty: any.</param>
    internal static bool Matches(AppSummary app, string? query, string? state)
    {
        if (!string.IsNullOrEmpty(state))
        {
            var fits = state.Equals("trouble", StringComparison.OrdinalIgnoreCase) ? Troubles.IsTrouble(app) : app.Condition.ToString().Equals(state, StringComparison.OrdinalIgnoreCase);
            if (!fits)
                return false;
        }

        return string.IsNullOrWhiteSpace(query) || query.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => Has(app, word));
    }

    private static bool Has(AppSummary app, string word)
    {
        if (app.Id.Contains(word, StringComparison.OrdinalIgnoreCase) || app.Role.Contains(word, StringComparison.OrdinalIgnoreCase))
            return true;
        foreach (var (key, value) in app.Labels)
        {
            if ($"{key}={value}".Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
