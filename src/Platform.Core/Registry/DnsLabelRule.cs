namespace Platform.Core.Registry;

/// <summary>Which names DNS labels are made of.</summary>
public enum DnsLabelRule
{
    /// <summary>RFC 1123: at most 63 of a to z, 0 to 9 and "-", neither first nor last a "-". Mesos-DNS' default.</summary>
    Rfc1123,

    /// <summary>RFC 952: at most 24, the first a letter. Mesos-DNS with <c>EnforceRFC952</c>.</summary>
    Rfc952,
}
