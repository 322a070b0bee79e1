using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>What a zone has under one name.</summary>
/// <param name="Records">The records, without duplicates.</param>
/// <param name="Additional">Addresses of the hosts that SRV records among them name.</param>
/// <param name="Structure">Grows when names come or go anywhere.</param>
/// <param name="StructureValue">Its value before the records were gathered.</param>
/// <param name="Stamp">Grows when the endpoints behind the name change; null: nothing of it comes from endpoints.</param>
/// <param name="StampValue">Its value before the records were gathered.</param>
public sealed record ZoneAnswer(
    ValueList<DnsRecord> Records, ValueList<DnsRecord> Additional, ZoneStamp Structure, long StructureValue, ZoneStamp? Stamp, long StampValue)
{
    /// <summary>Whether it still is what the zone has.</summary>
    public bool IsCurrent => Structure.Value == StructureValue && (Stamp is null || Stamp.Value == StampValue);
}
