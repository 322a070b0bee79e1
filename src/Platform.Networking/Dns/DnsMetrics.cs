using System.Diagnostics.Metrics;

namespace Platform.Networking.Dns;

/// <summary>What the DNS server counts; the meter <c>Platform.Dns</c>.</summary>
public sealed class DnsMetrics : IDisposable
{
    private readonly Meter _meter = new("Platform.Dns");
    private long _answered, _forwarded, _dropped, _limited, _missing, _failed;

    /// <summary>Registers the instruments.</summary>
    public DnsMetrics()
    {
        Observe("platform.dns.answered", () => Answered, "Questions that were answered from the registry's zones");
        Observe("platform.dns.missing", () => Missing, "Answers that said that there is no such name");
        Observe("platform.dns.forwarded", () => Forwarded, "Questions that other name servers were asked");
        Observe("platform.dns.failed", () => Failed, "Questions that no other name server answered");
        Observe("platform.dns.dropped", () => Dropped, "Packets that were no questions");
        Observe("platform.dns.limited", () => Limited, "Questions beyond a client's limit");
    }

    /// <summary>Questions that were answered from the registry's zones.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Answers that said that there is no such name.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <summary>Questions that other name servers were asked.</summary>
    public long Forwarded => Interlocked.Read(ref _forwarded);

    /// <summary>Questions that no other name server answered.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Packets that were no questions.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Questions beyond a client's limit.</summary>
    public long Limited => Interlocked.Read(ref _limited);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Add(in DnsTally tally)
    {
        AddTo(ref _answered, tally.Answered);
        AddTo(ref _missing, tally.Missing);
        AddTo(ref _forwarded, tally.Forwarded);
        AddTo(ref _dropped, tally.Dropped);
        AddTo(ref _limited, tally.Limited);
        AddTo(ref _failed, tally.Failed);
    }

    private static void AddTo(ref long counter, int count)
    {
        if (count != 0)
            Interlocked.Add(ref counter, count);
    }

    private void Observe(string name, Func<long> value, string description) => _meter.CreateObservableCounter(name, value, description: description);
}
