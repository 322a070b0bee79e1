using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Platform.Host.Hosting;

/// <summary>Turns what stops a server from starting into one sentence with what to do about it.</summary>
internal static class StartFailure
{
    /// <summary>The sentence; null: it is not a failure of the surroundings but a fault of the program.</summary>
    internal static string? Explain(Exception exception, ControlPlaneSettings settings) => exception switch
    {
        AggregateException { InnerExceptions: [var one] } => Explain(one, settings),
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            $"port {settings.Listen.Port} on {settings.Listen.Address} is taken by another program; choose another with --port, or 0 for any free one",
        IOException { InnerException: SocketException socket } => CannotListen(socket, settings),
        SocketException socket => CannotListen(socket, settings),
        UnauthorizedAccessException => $"the data directory {settings.DataDirectory} cannot be written to ({exception.Message}); choose another with --data",
        StorageException => exception.Message,
        IOException => $"the data directory {settings.DataDirectory} cannot be used ({exception.Message}); choose another with --data",
        _ => null,
    };

    private static string CannotListen(SocketException exception, ControlPlaneSettings settings) =>
        $"cannot listen on {settings.Listen}: {exception.Message}";
}
