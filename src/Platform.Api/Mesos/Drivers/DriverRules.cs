using System.Net;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Drivers;

/// <summary>What is done with a subscription.</summary>
internal enum SubscriptionFate
{
    /// <summary>A stream begins.</summary>
    Begin,

    /// <summary>The driver has not heard the answer yet: it is told again.</summary>
    Repeat,

    /// <summary>The driver that has the stream describes itself anew.</summary>
    Update,

    /// <summary>Another scheduler has the framework, and this one does not say that it takes its place.</summary>
    FailedOver,

    /// <summary>The driver has a stream of another framework: it is passed over.</summary>
    Drop,
}

/// <summary>What is done with another call.</summary>
internal enum CallFate
{
    /// <summary>It is carried out.</summary>
    Act,

    /// <summary>The driver does not know that the control plane was started anew: its stream is begun for it, then the call is carried out.</summary>
    Resume,

    /// <summary>The driver is told that it is disconnected, which ends it.</summary>
    Disconnected,

    /// <summary>It comes from somebody else than the framework's driver.</summary>
    Drop,
}

/// <summary>The rules of Mesos' master for drivers of libmesos, but for <see cref="CallFate.Resume"/>, which a master has no way to do.</summary>
internal static class DriverRules
{
    /// <summary>Decides about a subscription.</summary>
    /// <param name="asked">The framework that it names; null: a new one.</param>
    /// <param name="isFailover">It takes the place of another.</param>
    /// <param name="current">The framework whose stream this driver has; null: none.</param>
    /// <param name="isTaken">The framework that it names has a stream.</param>
    public static SubscriptionFate FateOf(string? asked, bool isFailover, string? current, bool isTaken)
    {
        if (current is not null)
            return asked is null || (asked == current && isFailover) ? SubscriptionFate.Repeat : asked == current ? SubscriptionFate.Update : SubscriptionFate.Drop;
        return isTaken && !isFailover ? SubscriptionFate.FailedOver : SubscriptionFate.Begin;
    }

    /// <summary>Decides about a call that is no subscription.</summary>
    /// <param name="asked">The framework that it names.</param>
    /// <param name="current">The framework whose stream this driver has; null: none.</param>
    /// <param name="isThere">The framework that it names is there and has not ended.</param>
    /// <param name="isTaken">It has a stream.</param>
    /// <param name="wasTold">The driver was told that it is disconnected.</param>
    public static CallFate FateOf(string asked, string? current, bool isThere, bool isTaken, bool wasTold)
    {
        if (current is not null)
            return current == asked ? CallFate.Act : CallFate.Drop;
        if (isTaken)
            return CallFate.Drop;
        return isThere && !wasTold ? CallFate.Resume : CallFate.Disconnected;
    }

    /// <summary>Whether a process that calls from <paramref name="peer"/> may be where it says, so that it is connected to. A machine has several addresses: of this one all are alike.</summary>
    /// <param name="claimed">Where it says that it is.</param>
    /// <param name="peer">Where its connection comes from.</param>
    /// <param name="own">The addresses of this machine; asked for only where they matter.</param>
    public static bool MayBeAt(IPAddress claimed, IPAddress peer, Func<IReadOnlyCollection<IPAddress>> own)
    {
        var from = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        if (claimed.Equals(from))
            return true;
        var addresses = own();
        return IsOwn(claimed, addresses) && IsOwn(from, addresses);
    }

    /// <summary>What the control plane is called by a driver, which takes nothing from any other: the address that it sends to, or where its connection ends if it does not say.</summary>
    /// <param name="host">Its header <c>Host</c>; drivers up to Mesos 1.11 leave it empty.</param>
    /// <param name="local">Where the connection ends.</param>
    public static ProcessId MasterFor(string host, IPEndPoint local)
    {
        var ip = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        return ProcessId.Parse($"master@{host}") ?? new("master", ip, (ushort)local.Port);
    }

    private static bool IsOwn(IPAddress address, IReadOnlyCollection<IPAddress> own) => IPAddress.IsLoopback(address) || own.Contains(address);
}
