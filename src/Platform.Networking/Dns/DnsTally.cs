namespace Platform.Networking.Dns;

/// <summary>What happened in one batch of packets, so that threads do not fight for a counter at each of them.</summary>
internal struct DnsTally
{
    internal int Answered;
    internal int Missing;
    internal int Forwarded;
    internal int Dropped;
    internal int Limited;
    internal int Failed;
}
