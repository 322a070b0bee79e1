namespace Platform.Core.Security;

/// <summary>How long tokens count.</summary>
public static class TokenLifetimes
{
    /// <summary>That of a login. 12 hours; a client renews it while it is used.</summary>
    public static TimeSpan Login { get; } = TimeSpan.FromHours(12);

    /// <summary>After so long a login is not renewed any more. 5 days.</summary>
    public static TimeSpan Session { get; } = TimeSpan.FromDays(5);

    /// <summary>That of a token for programs, unless said otherwise. 90 days.</summary>
    public static TimeSpan Program { get; } = TimeSpan.FromDays(90);

    /// <summary>The longest of any token. 365 days.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(365);

    /// <summary>That of an agent in the control plane's own process, which gets one each time it dials in. 10 minutes.</summary>
    public static TimeSpan LocalAgent { get; } = TimeSpan.FromMinutes(10);
}
