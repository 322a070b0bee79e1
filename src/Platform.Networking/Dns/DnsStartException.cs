using System.Net;
using System.Net.Sockets;

namespace Platform.Networking.Dns;

/// <summary>The DNS server cannot listen; the message says what to do.</summary>
public sealed class DnsStartException(IPEndPoint listen, SocketException cause) : Exception(
    cause.SocketErrorCode == SocketError.AddressAlreadyInUse
        ? $"DNS cannot listen on {listen}: another program has that port; choose another with --dns-port, or 0 for any free one"
        : $"DNS cannot listen on {listen} ({cause.Message}); choose another port with --dns-port, or none with --no-dns", cause);
