using System.Diagnostics.CodeAnalysis;

namespace Platform.Core.Security;

/// <summary>Where the audit log is told to: <c>udp://HOST:PORT</c>, <c>tcp://HOST:PORT</c>, <c>tls://HOST:PORT</c> or <c>unix:/dev/log</c>.</summary>
/// <param name="Kind">How it is carried.</param>
/// <param name="Host">The name or address of the machine, or the path of the local socket.</param>
/// <param name="Port">The port; 0 for a local socket.</param>
public sealed record SyslogTarget(SyslogTransport Kind, string Host, int Port)
{
    private const int Plain = 514; // RFC 5426, and what is usual over TCP
    private const int Encrypted = 6514; // RFC 5425

    /// <summary>Reads one.</summary>
    /// <param name="text">What an operator gives.</param>
    /// <param name="target">What it means.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SyslogTarget? target, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (target, problem) = (null, null);
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = text["unix:".Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            target = path.StartsWith('/') && path.Length > 1 ? new(SyslogTransport.Local, path, 0) : null;
        }
        else if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0 && address is { AbsolutePath: "" or "/", Query: "", UserInfo: "" })
        {
            SyslogTransport? kind = address.Scheme switch { "udp" => SyslogTransport.Udp, "tcp" => SyslogTransport.Tcp, "tls" => SyslogTransport.Tls, _ => null };
            if (kind is { } known)
                target = new(known, address.Host.Trim('[', ']'), address.Port > 0 ? address.Port : known == SyslogTransport.Tls ? Encrypted : Plain);
        }
        if (target is not null)
            return true;
        problem = $"'{text}' is none of udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT and unix:/dev/log";
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == SyslogTransport.Local ? $"unix:{Host}" : $"{Kind.ToString().ToLowerInvariant()}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
