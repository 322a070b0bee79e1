using System.Net;
using System.Net.Sockets;
using Platform.Cli.Commands;

namespace Platform.Host.Hosting;

/// <summary>Whether a server can listen, asked before anything is made or opened: a start that is in vain changes nothing.</summary>
internal static class PortCheck
{
    /// <exception cref="CommandException">The port is taken, or this user may not have it.</exception>
    internal static void Require(IPEndPoint listen)
    {
        try
        {
            using var socket = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(listen);
            socket.Listen();
        }
        catch (SocketException exception)
        {
            throw new CommandException(ExitCodes.CannotStart, exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? StartFailure.Taken(listen)
                : StartFailure.CannotListen(exception, listen));
        }
    }
}
