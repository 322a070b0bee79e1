namespace Platform.Core.Security;

/// <summary>How messages of syslog are carried.</summary>
public enum SyslogTransport
{
    /// <summary>A datagram each (RFC 5426); what is lost is lost.</summary>
    Udp,

    /// <summary>A stream, each message behind its length (RFC 6587, 3.4.1).</summary>
    Tcp,

    /// <summary>The same over TLS (RFC 5425).</summary>
    Tls,

    /// <summary>A local socket of datagrams, such as <c>/dev/log</c>.</summary>
    Local,
}
