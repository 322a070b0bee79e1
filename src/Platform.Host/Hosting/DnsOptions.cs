using System.CommandLine;
using System.Net;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Host.Hosting;

/// <summary>How a process serves DNS.</summary>
/// <param name="isAgent">It is an agent: there is DNS only if a port is named.</param>
internal sealed class DnsOptions(bool isAgent = false)
{
    private const int DefaultPort = 8053;

    private readonly Option<int?> port = new("--dns-port")
    {
        Description = isAgent
            ? "Serve DNS on this port, UDP and TCP, also while the control plane is away; 0 picks a free one. Tasks are told of it, unless --dns names another. Default: no DNS."
            : $"The port of DNS, UDP and TCP; 0 picks a free one. Default: {DefaultPort}, or a free one if that is taken.",
    };

    private readonly Option<string> address = new("--dns-listen")
    {
        Description = "The address that DNS listens on. Default: 127.0.0.1. Anything but loopback also needs --insecure.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<string> domain = new("--dns-domain") { Description = "The zone of tasks. Default: mesos.", HelpName = "NAME", DefaultValueFactory = _ => "mesos" };

    private readonly Option<int> ttl = new("--dns-ttl") { Description = "How long others may keep answers, in seconds. Default: 5.", HelpName = "SECONDS", DefaultValueFactory = _ => 5 };

    private readonly Option<string[]> upstream = new("--dns-upstream")
    {
        Description = "A name server for other zones, ADDRESS or ADDRESS:PORT; may be given several times. Default: those of /etc/resolv.conf.",
        HelpName = "SERVER",
    };

    private readonly Option<bool> strict = new("--dns-rfc952") { Description = "Make labels as RFC 952 says: at most 24 characters, the first a letter." };

    private readonly Option<bool> none = new("--no-dns") { Description = "Do not serve DNS." };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { port, address, domain, ttl, upstream, strict })
            command.Add(option);
        command.Add(isAgent ? new Option<bool>("--insecure") { Description = "Let --dns-listen be an address that other machines reach." } : none);
        port.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number is < 0 or > 65535)
                result.AddError($"port {text} is not in 0-65535");
        });
        ttl.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number is < 0 or > 86_400)
                result.AddError($"--dns-ttl {text} is not between 0 and 86400 seconds");
        });
        domain.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !DnsLabels.IsName(text))
                result.AddError($"--dns-domain {text} is not a name that DNS can carry");
        });
        upstream.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => Server(token.Value) is null))
                result.AddError($"--dns-upstream {token.Value} is not an IP address with or without a port");
        });
        command.Validators.Add(result =>
        {
            var text = result.GetResult(address) is { Tokens: [{ Value: var given }] } ? given : "127.0.0.1";
            if (!IPAddress.TryParse(text, out var parsed))
                result.AddError($"--dns-listen {text} is not an IP address");
            else if (!IPAddress.IsLoopback(parsed) && !result.Tokens.Any(token => token.Value == "--insecure"))
                result.AddError($"--dns-listen {text} can be reached from other machines: add --insecure if everybody there may see the names of your services");
        });
    }

    internal DnsSettings Of(ParseResult result)
    {
        var servers = result.GetValue(upstream) is { Length: > 0 } named ? named.Select(text => Server(text)!).ToArray() : null;
        var given = result.GetValue(port);
        return new(
            new(result.GetValue(domain)!.ToLowerInvariant().TrimEnd('.'), result.GetValue(strict) ? DnsLabelRule.Rfc952 : DnsLabelRule.Rfc1123),
            (isAgent ? given is null : result.GetValue(none))
                ? null
                : new DnsServerOptions
                {
                    Listen = new(IPAddress.Parse(result.GetValue(address)!), given ?? DefaultPort),
                    MayMove = given is null,
                    Ttl = TimeSpan.FromSeconds(result.GetValue(ttl)),
                    Upstreams = servers,
                });
    }

    // A port is written after the address; one of IPv6 stands in brackets then.
    private static IPEndPoint? Server(string text) =>
        IPAddress.TryParse(text, out var alone) ? new(alone, 53)
        : IPEndPoint.TryParse(text, out var server) && server.Port > 0 ? server
        : null;
}
