namespace Platform.Core.Security.Certificates;

/// <summary>How long certificates of the cluster's authority count.</summary>
public static class CertificateLifetimes
{
    /// <summary>That of the authority itself. 10 years.</summary>
    public static TimeSpan Authority { get; } = TimeSpan.FromDays(3650);

    /// <summary>That of a certificate of a server, a silo or an agent. 30 days: it is renewed by itself, and one that was stolen ends soon.</summary>
    public static TimeSpan Leaf { get; } = TimeSpan.FromDays(30);

    /// <summary>Certificates count from so long before they are made, for machines whose clocks are behind. 1 hour.</summary>
    public static TimeSpan Backdated { get; } = TimeSpan.FromHours(1);

    /// <summary>From when until when a certificate that is made now counts: never longer than its authority.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it shall count.</param>
    /// <param name="authority">When its authority counts; null: it is an authority itself.</param>
    public static Validity From(DateTimeOffset now, TimeSpan lifetime, Validity? authority)
    {
        var (from, to) = (WholeSeconds(now - Backdated), WholeSeconds(now + lifetime));
        return authority is null ? new(from, to) : new(from < authority.From ? authority.From : from, to > authority.To ? authority.To : to);
    }

    /// <summary>The same of a certificate of an agent, which may be a short one: it counts from a tenth of its life before, an hour at most.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it shall count.</param>
    /// <param name="authority">When its authority counts.</param>
    public static Validity OfAgent(DateTimeOffset now, TimeSpan lifetime, Validity authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var before = lifetime / 10 < Backdated ? lifetime / 10 : Backdated;
        var (from, to) = (WholeSeconds(now - before), WholeSeconds(now + lifetime));
        return new(from < authority.From ? authority.From : from, to > authority.To ? authority.To : to);
    }

    // X.509 has no parts of seconds.
    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
