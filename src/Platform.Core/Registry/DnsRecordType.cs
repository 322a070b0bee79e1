namespace Platform.Core.Registry;

/// <summary>Types of records that the registry makes.</summary>
public enum DnsRecordType
{
    /// <summary>An IPv4 address.</summary>
    A,

    /// <summary>An IPv6 address.</summary>
    Aaaa,

    /// <summary>A host and a port (RFC 2782).</summary>
    Srv,

    /// <summary>The name of an address.</summary>
    Ptr,

    /// <summary>Text.</summary>
    Txt,
}
