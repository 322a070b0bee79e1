using System.Net;

namespace Platform.Core.Ingress;

/// <summary>A place for a server in a backend of HAProxy, with the instance that has it.</summary>
/// <param name="Slot">The place, from 1 on; the server's name is <c>s</c> and this number.</param>
/// <param name="Endpoint">The instance's id.</param>
/// <param name="Address">Its address and port.</param>
/// <param name="Weight">Its share beside others, 0 to 256.</param>
/// <param name="IsDraining">It gets no new connections.</param>
/// <param name="CheckPort">The port that HAProxy's own checks go to; 0: it makes none.</param>
public sealed record HaproxyServer(int Slot, string Endpoint, IPEndPoint Address, int Weight, bool IsDraining, int CheckPort)
{
    /// <summary>The server's name.</summary>
    public string Name => $"s{Slot}";
}
