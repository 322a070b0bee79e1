using Platform.Api.Security;

namespace Platform.Api.Http;

/// <summary>A method and a path pattern: literal segments, <c>{name}</c> for one segment and <c>{name+}</c> for one or more.</summary>
internal sealed class ApiRoute
{
    private readonly string[] _segments;

    public ApiRoute(string method, string pattern, ApiHandler handler)
    {
        Method = method;
        Handler = handler;
        Pattern = pattern;
        _segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    public string Method { get; }

    public string Pattern { get; }

    public ApiHandler Handler { get; }

    /// <summary>What it needs; null: nothing was said, and only superusers may use it.</summary>
    public EndpointRight? Right { get; private set; }

    /// <summary>Says which right it needs.</summary>
    public void Needs(EndpointRight right) => Right = right;

    /// <summary>The values of the pattern's names in the path, or null if it does not match.</summary>
    public Dictionary<string, string>? Match(string[] path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        return Match(path, 0, 0, values) ? values : null;
    }

    private bool Match(string[] path, int at, int segment, Dictionary<string, string> values)
    {
        if (segment == _segments.Length)
            return at == path.Length;
        var pattern = _segments[segment];
        if (!pattern.StartsWith('{'))
            return at < path.Length && path[at] == pattern && Match(path, at + 1, segment + 1, values);

        var many = pattern.EndsWith("+}", StringComparison.Ordinal);
        var name = many ? pattern[1..^2] : pattern[1..^1];
        // The longest part first: the path of an app may itself have a segment that looks like the literal which follows.
        var longest = many ? path.Length - at : Math.Min(1, path.Length - at);
        for (var length = longest; length >= 1; length--)
        {
            if (!Match(path, at + length, segment + 1, values))
                continue;
            values[name] = string.Join('/', path, at, length);
            return true;
        }
        return false;
    }
}
