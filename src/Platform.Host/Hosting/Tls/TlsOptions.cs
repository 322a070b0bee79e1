using System.CommandLine;
using System.Net;
using Platform.Core.Security.Certificates;

namespace Platform.Host.Hosting.Tls;

/// <summary>How a server's port is encrypted. By default it is when others can reach it, with a certificate of the cluster's own authority.</summary>
internal sealed class TlsOptions
{
    private readonly Option<bool> tls = new("--tls") { Description = "Serve HTTPS instead of HTTP. Default: on beyond loopback, unless --insecure is said." };

    private readonly Option<string?> certificate = new("--tls-certificate")
    {
        Description = "The certificate to serve HTTPS with, PEM, followed by those that lead to its root; read again when it changes. Default: one of the cluster's own authority.",
        HelpName = "FILE",
    };

    private readonly Option<string?> key = new("--tls-key") { Description = "Its private key, PEM, not encrypted. Default: in the file of the certificate.", HelpName = "FILE" };

    private readonly Option<string[]> name = new("--tls-name")
    {
        Description = "A name or an address that the own certificate is for as well, such as that of a load balancer; may be given several times. This machine's are in it.",
        HelpName = "NAME",
    };

    private readonly Option<string?> authority = new("--ca-certificate")
    {
        Description = "The certificate of the cluster's authority, PEM, which has signed itself. Default: made at the first start.",
        HelpName = "FILE",
    };

    private readonly Option<string?> authorityKey = new("--ca-key") { Description = "Its private key, PEM, not encrypted.", HelpName = "FILE" };

    private readonly Option<string[]> scope = new("--ca-scope")
    {
        Description = "What the authority that is made may vouch for: a domain or a range of addresses; may be given several times. Default: everything.",
        HelpName = "DOMAIN|RANGE",
    };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { tls, certificate, key, name, authority, authorityKey, scope })
            command.Add(option);
        name.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => CertificateNames.Canonical(token.Value) is null))
                result.AddError($"--tls-name {token.Value} is no name of a host and no address");
        });
        scope.Validators.Add(result =>
        {
            if (AuthorityScope.TryParse(result.Tokens.Select(token => token.Value), out _, out var problems))
                return;
            foreach (var problem in problems)
                result.AddError($"--ca-scope: {problem}");
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(key) is not null && result.GetResult(certificate) is null)
                result.AddError("--tls-key needs --tls-certificate");
            if (result.GetResult(authority) is null != result.GetResult(authorityKey) is null)
                result.AddError("--ca-certificate and --ca-key belong together: give both");
            if (result.GetResult(scope) is not null && result.GetResult(authority) is not null)
                result.AddError("--ca-scope is for an authority that is made; that of --ca-certificate has its own");
        });
    }

    /// <summary>What was asked for; null: nothing is encrypted.</summary>
    internal TlsSettings? Of(ParseResult result, IPEndPoint listen, bool isInsecure, bool silos = false)
    {
        var file = result.GetValue(certificate);
        var api = result.GetValue(tls) || file is not null || !(isInsecure || IPAddress.IsLoopback(listen.Address));
        if (!api && !silos)
            return null;
        return new()
        {
            Api = api,
            Silos = silos,
            CertificateFile = file,
            KeyFile = result.GetValue(key) ?? file,
            Names = result.GetValue(name) ?? [],
            AuthorityFile = result.GetValue(authority),
            AuthorityKeyFile = result.GetValue(authorityKey),
            Scope = AuthorityScope.TryParse(result.GetValue(scope) ?? [], out var limits, out _) ? limits : AuthorityScope.Everything,
        };
    }
}
