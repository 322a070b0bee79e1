using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Questions about an app's networks.</summary>
internal static class AppNetworks
{
    /// <summary>No network but the agent's own; none given means that too.</summary>
    public static bool IsHost(ValueList<NetworkSpec> networks) => !HasOther(networks);

    /// <summary>A bridge or a container network is among them.</summary>
    public static bool HasOther(ValueList<NetworkSpec> networks)
    {
        foreach (var network in networks)
        {
            if (network.Mode != NetworkMode.Host)
                return true;
        }
        return false;
    }

    public static int Count(ValueList<NetworkSpec> networks, NetworkMode mode)
    {
        var count = 0;
        foreach (var network in networks)
            count += network.Mode == mode ? 1 : 0;
        return count;
    }
}
