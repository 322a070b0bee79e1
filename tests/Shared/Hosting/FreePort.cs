using System.Net;
using System.Net.Sockets;

namespace Platform.Tests.Hosting;

/// <summary>Ports that nothing listens on.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
