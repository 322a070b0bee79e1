using System.Net;
using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>One virtual address that is listened on.</summary>
public abstract class Frontend : IAsyncDisposable
{
    private protected Frontend(VirtualAddress address, IPEndPoint listen, BackendPool? pool = null) => (Address, Listen, Pool) = (address, listen, pool ?? new());

    /// <summary>What was asked for.</summary>
    public VirtualAddress Address { get; }

    /// <summary>Where that is on this machine.</summary>
    public IPEndPoint Listen { get; }

    /// <summary>Where connections go.</summary>
    public BackendPool Pool { get; }

    /// <summary>Who is woken when somebody comes and no backend is there; null: nobody.</summary>
    public Sleeper? Sleeper { get; internal set; }

    /// <summary>Wakes it once for all who wait.</summary>
    private protected Awakening Awakening { get; } = new();

    /// <summary>Listens no more; open connections go on.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>The backends have been replaced.</summary>
    internal virtual void BackendsChanged()
    {
    }
}
