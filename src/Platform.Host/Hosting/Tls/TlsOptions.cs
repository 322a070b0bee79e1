using System.CommandLine;
using System.Net;
using Platform.Api.Agents;
using Platform.Cli.Commands;
using Platform.Core.Security.Certificates;

namespace Platform.Host.Hosting.Tls;

/// <summary>How a server's port is encrypted. By default it is when others can reach it, with a certificate of the cluster's own authority.</summary>
internal sealed class TlsOptions
{
    private const int ShortestLife = 10;
    private const int LongestLife = 31_536_000;

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

    private readonly Option<bool> agents = new("--require-agent-certificates") { Description = "Let in no agent with a token alone; they get certificates by themselves when they join. Default: off." };

    private readonly Option<int> agentLife = new("--agent-certificate-life")
    {
        Description = "How long a certificate of an agent counts, seconds; renewed when a third is left. Default: 2592000 (30 days).",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => (int)CertificateLifetimes.Leaf.TotalSeconds,
    };

    private readonly AcmeOptions acme = new();

    internal void AddTo(Command command)
    {
        agentLife.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var seconds) && seconds is < ShortestLife or > LongestLife)
                result.AddError($"--agent-certificate-life {text} is not in {ShortestLife}-{LongestLife}");
        });
        foreach (var option in new Option[] { tls, certificate, key, name, authority, authorityKey, scope, agents, agentLife })
            command.Add(option);
        acme.AddTo(command, name, certificate);
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

    /// <summary>What was asked for the certificates of agents.</summary>
    /// <exception cref="CommandException">They are required where nothing is encrypted.</exception>
    internal AgentCertificateSettings AgentsOf(ParseResult result, ServerIdentity? identity) => result.GetValue(agents) && identity?.Certificate is null
        ? throw new CommandException(ExitCodes.Usage, "--require-agent-certificates needs HTTPS, by which agents show them: add --tls")
        : new(result.GetValue(agents), TimeSpan.FromSeconds(result.GetValue(agentLife)));

    /// <summary>What was asked for; null: nothing is encrypted.</summary>
    internal TlsSettings? Of(ParseResult result, IPEndPoint listen, bool isInsecure, bool silos = false)
    {
        var file = result.GetValue(certificate);
        var api = result.GetValue(tls) || file is not null || acme.IsAsked(result) || !(isInsecure || IPAddress.IsLoopback(listen.Address));
        if (!api && !silos)
            return null;
        return new()
        {
            Api = api,
            Silos = silos,
            CertificateFile = file,
            KeyFile = result.GetValue(key) ?? file,
            Names = result.GetValue(name) ?? [],
            Acme = acme.Of(result, result.GetValue(name) ?? []),
            AuthorityFile = result.GetValue(authority),
            AuthorityKeyFile = result.GetValue(authorityKey),
            Scope = AuthorityScope.TryParse(result.GetValue(scope) ?? [], out var limits, out _) ? limits : AuthorityScope.Everything,
        };
    }
}
