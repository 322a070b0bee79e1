using System.CommandLine;
using System.Net;
using Platform.Api.Security.Oidc;
using Platform.Cli.Commands;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Host.Hosting;

/// <summary>The provider of OpenID Connect that people log in at, from the command line.</summary>
internal sealed class OidcOptions
{
    private readonly Option<string?> issuer = new("--oidc-issuer") { Description = "The provider of OpenID Connect that people can log in at, as its tokens name it.", HelpName = "URL" };

    private readonly Option<string?> client = new("--oidc-client") { Description = "The id of the control plane there.", HelpName = "ID" };

    private readonly Option<string?> secret = new("--oidc-client-secret-file") { Description = "The file with its secret there. Default: it is a public client.", HelpName = "FILE" };

    private readonly Option<string?> command = new("--oidc-command-client") { Description = "The id of the command line there, a public client that may redirect to 127.0.0.1. Default: that of --oidc-client.", HelpName = "ID" };

    private readonly Option<string?> title = new("--oidc-title") { Description = "What the page for logins calls it. Default: the host of the issuer.", HelpName = "TEXT" };

    private readonly Option<string> scope = new("--oidc-scope") { Description = "What is asked for there. Default: openid profile email.", HelpName = "TEXT", DefaultValueFactory = _ => "openid profile email" };

    private readonly Option<string> user = new("--oidc-user-claim") { Description = "The claim with the name of the user. Default: email.", HelpName = "NAME", DefaultValueFactory = _ => "email" };

    private readonly Option<string> groups = new("--oidc-groups-claim") { Description = "The claim with the groups of the user. Default: groups.", HelpName = "NAME", DefaultValueFactory = _ => "groups" };

    private readonly Option<string[]> group = new("--oidc-group") { Description = "Whoever has the value in that claim is a member of the group here; may be given several times.", HelpName = "VALUE=GROUP" };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { issuer, client, secret, this.command, title, scope, user, groups, group })
            command.Add(option);
        issuer.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == "https" || address.Scheme == "http" && IsLoopback(address))))
                result.AddError($"--oidc-issuer {text} is no address that begins with https://");
        });
        group.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.LastIndexOf('=') is <= 0 || AccountNames.Problem(token.Value[(token.Value.LastIndexOf('=') + 1)..]) is not null))
                result.AddError($"--oidc-group {token.Value} is not VALUE=GROUP");
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(issuer) is null != result.GetResult(client) is null)
                result.AddError("--oidc-issuer and --oidc-client belong together: give both");
        });
    }

    /// <summary>What was asked for; null: people log in here alone.</summary>
    /// <exception cref="CommandException">The file of the secret cannot be read.</exception>
    internal OidcSettings? Of(ParseResult result) => result.GetValue(issuer) is not { } address ? null : new()
    {
        Issuer = address,
        Client = result.GetValue(client)!,
        Secret = result.GetValue(secret) is { } file ? Read(file) : null,
        CommandClient = result.GetValue(command),
        Title = result.GetValue(title),
        Scope = result.GetRequiredValue(scope),
        Users = new()
        {
            Provider = address,
            UserClaim = result.GetRequiredValue(user),
            GroupsClaim = result.GetRequiredValue(groups),
            Groups = (result.GetValue(group) ?? []).Select(one => KeyValuePair.Create(one[..one.LastIndexOf('=')], one[(one.LastIndexOf('=') + 1)..])).GroupBy(one => one.Key).Select(same => same.Last()).ToValueMap(),
        },
    };

    private static bool IsLoopback(Uri address) => address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"--oidc-client-secret-file: {file} cannot be read: {failure.Message}");
        }
    }
}
