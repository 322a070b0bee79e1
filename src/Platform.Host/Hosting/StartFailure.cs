using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Platform.Networking.Dns;
using Platform.Networking.Ingress;

namespace Platform.Host.Hosting;

/// <summary>Turns what stops a server from starting into one sentence with what to do about it.</summary>
internal static class StartFailure
{
    /// <summary>The sentence; null: it is not a failure of the surroundings but a fault of the program.</summary>
    internal static string? Explain(Exception exception, ControlPlaneSettings settings) => exception switch
    {
        DnsStartException or IngressStartException => exception.Message,
        AggregateException { InnerExceptions: [var one] } => Explain(one, settings),
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            Taken(settings.Listen),
        IOException { InnerException: SocketException socket } => CannotListen(socket, settings.Listen),
        SocketException socket => CannotListen(socket, settings.Listen),
        UnauthorizedAccessException => $"the data directory {settings.DataDirectory} cannot be written to ({exception.Message}); choose another with --data",
        StorageException => exception.Message,
        IOException => $"the data directory {settings.DataDirectory} cannot be used ({exception.Message}); choose another with --data",
        _ => null,
    };

    internal static string Taken(IPEndPoint listen) =>
        $"port {listen.Port} on {listen.Address} is taken by another program; choose another with --port, or 0 for any free one";

    internal static string CannotListen(SocketException exception, IPEndPoint listen) => $"cannot listen on {listen}: {exception.Message}";
}
