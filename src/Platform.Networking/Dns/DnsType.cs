namespace Platform.Networking.Dns;

/// <summary>Types of records and questions that the server treats on their own (IANA's registry of DNS parameters).</summary>
internal static class DnsType
{
    internal const ushort A = 1;
    internal const ushort Ns = 2;
    internal const ushort Soa = 6;
    internal const ushort Ptr = 12;
    internal const ushort Txt = 16;
    internal const ushort Aaaa = 28;
    internal const ushort Srv = 33;
    internal const ushort Opt = 41;
    internal const ushort Ixfr = 251;
    internal const ushort Axfr = 252;
    internal const ushort Any = 255;
}
