using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>Query parameters as Marathon's server read them.</summary>
internal static class QueryValues
{
    /// <summary>True in any case is true, everything else is false; the default if it is not given.</summary>
    public static bool Flag(this IQueryCollection query, string name, bool whenAbsent = false) =>
        query.TryGetValue(name, out var values) && values.Count > 0
            ? string.Equals(values[0], "true", StringComparison.OrdinalIgnoreCase)
            : whenAbsent;

    /// <summary>The first value, or null.</summary>
    public static string? Text(this IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>All values; each may itself be a list with commas.</summary>
    public static HashSet<string> Set(this IQueryCollection query, string name)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in query[name])
        {
            foreach (var part in (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                set.Add(part);
        }
        return set;
    }

    /// <summary>A whole number of 0 or more, or null if it is not given.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static int? Count(this IQueryCollection query, string name)
    {
        if (query.Text(name) is not { } text)
            return null;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            return number;
        throw new ApiException(ErrorAnswer.BadRequest($"The parameter '{name}' must be a whole number of 0 or more, not '{text}'."));
    }
}
