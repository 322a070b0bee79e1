using Platform.Core.Collections;

namespace Platform.Core.Security.Certificates;

/// <summary>Decides when a certificate is made anew.</summary>
public static class CertificateRenewal
{
    /// <summary>When so much of its life is left: a third, so that ten days of failures with a certificate of thirty stay without harm.</summary>
    private const int PartLeft = 3;

    /// <summary>From when on a certificate is made anew.</summary>
    public static DateTimeOffset DueAt(Validity validity)
    {
        ArgumentNullException.ThrowIfNull(validity);
        return validity.To - ((validity.To - validity.From) / PartLeft);
    }

    /// <summary>Why a certificate is made anew now, for people; null: it is good.</summary>
    /// <param name="held">The one that is there; null: none is.</param>
    /// <param name="names">The names that it has to have.</param>
    /// <param name="authority">The fingerprint of the authority that it has to be of.</param>
    /// <param name="now">The time.</param>
    public static string? ReasonOf(CertificateFacts? held, ValueList<string> names, string authority, DateTimeOffset now)
    {
        if (held is null)
            return "there is none yet";
        if (held.Authority != authority)
            return "the authority is another one";
        if (!held.Names.AsEnumerable().Order(StringComparer.Ordinal).SequenceEqual(names.AsEnumerable().Order(StringComparer.Ordinal), StringComparer.Ordinal))
            return "the names have changed";
        if (now < held.Validity.From)
            return "the clock was put back";
        return now >= DueAt(held.Validity) ? $"it ends at {held.Validity.To:u}" : null;
    }
}
