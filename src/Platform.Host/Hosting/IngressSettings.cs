using System.CommandLine;
using System.Net;
using Platform.Cli.Commands;
using Platform.Networking.Ingress;

namespace Platform.Host.Hosting;

/// <summary>Where a control plane serves HTTP for apps.</summary>
internal sealed class IngressSettings
{
    private readonly Option<string[]> http = Addresses("--ingress", "Serve HTTP for apps with INGRESS_ or HAPROXY_ labels on ADDRESS:PORT (or PORT, on loopback); may be given several times. Default: no ingress.");

    private readonly Option<string[]> tls = Addresses("--ingress-tls", "The same over TLS, with HTTP/2; needs --ingress-certs.");

    private readonly Option<string[]> http2 = Addresses("--ingress-h2c", "The same for HTTP/2 without encryption, for gRPC clients without TLS.");

    private readonly Option<string?> certificates = new("--ingress-certs")
    {
        Description = "The folder of certificates: NAME.pem with certificate, chain and key. Read again when a file changes.",
        HelpName = "DIR",
    };

    private readonly Option<string[]> group = new("--ingress-group") { Description = "Serve only apps that ask for this group (INGRESS_GROUP, HAPROXY_GROUP); may be given several times. Default: all.", HelpName = "NAME" };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { http, tls, http2, certificates, group })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(tls) is not null && result.GetResult(certificates) is null)
                result.AddError("--ingress-tls needs --ingress-certs, a folder with certificates");
        });
    }

    /// <exception cref="CommandException">An address is taken.</exception>
    internal IngressOptions? Of(ParseResult result)
    {
        var options = new IngressOptions
        {
            Http = Of(result, http),
            Tls = Of(result, tls),
            Http2 = Of(result, http2),
            CertificateFolder = result.GetValue(certificates),
            Groups = result.GetValue(group) ?? [],
        };
        return options.Http.Count + options.Tls.Count + options.Http2.Count == 0 ? null : options;
    }

    /// <summary>One line for people: where it is served.</summary>
    internal static string Describe(IServiceProvider services) => services.GetService<IngressServer>() is { } ingress ? string.Join(", ", ingress.Addresses) : "not served; --ingress ADDRESS:PORT serves HTTP for apps with labels";

    internal static Option<string[]> Addresses(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "ADDRESS:PORT" };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => Parse(token.Value) is null))
                result.AddError($"{name} {token.Value} is not ADDRESS:PORT, such as 0.0.0.0:80, or a port");
        });
        return option;
    }

    internal static IPEndPoint[] Of(ParseResult result, Option<string[]> option) => [.. (result.GetValue(option) ?? []).Select(text => Parse(text)!)];

    internal static IPEndPoint? Parse(string text) =>
        ushort.TryParse(text, out var port) ? new(IPAddress.Loopback, port)
        : text.Contains(':') && IPEndPoint.TryParse(text, out var address) && (text.Count(c => c == ':') == 1 || text.Contains("]:", StringComparison.Ordinal)) ? address
        : null;
}
