using System.Buffers.Text;
using System.CommandLine;
using System.Net;
using Platform.Cli.Commands;
using Platform.Clustering.Certificates.Acme;
using Platform.Core.Jobs;
using Platform.Core.Security.Certificates;

namespace Platform.Host.Hosting.Tls;

/// <summary>The authority that is asked for the certificate of the API by ACME, from the command line.</summary>
internal sealed class AcmeOptions
{
    private readonly Option<string?> directory = new("--acme-directory")
    {
        Description = "The directory of an authority that gives the certificate for the names of --tls-name by ACME and renews it, such as https://acme-v02.api.letsencrypt.org/directory. Default: none.",
        HelpName = "URL",
    };

    private readonly Option<bool> terms = new("--acme-accept-terms") { Description = "You have read the terms of that authority, and agree." };

    private readonly Option<string[]> contact = new("--acme-contact") { Description = "An address of mail that the authority may write to; may be given several times.", HelpName = "MAIL" };

    private readonly Option<string> listen = new("--acme-listen")
    {
        Description = "Where its proofs are answered over HTTP: port 80 of each name has to lead there. Default: 0.0.0.0:80.",
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => "0.0.0.0:80",
    };

    private readonly Option<string?> authorities = new("--acme-ca") { Description = "Certificates in PEM of the authorities that may vouch for the directory itself. Default: those of the system.", HelpName = "FILE" };

    private readonly Option<string?> account = new("--acme-account") { Description = "The id of the account that you have there, when the authority asks for one (external account binding).", HelpName = "ID" };

    private readonly Option<string?> accountKey = new("--acme-account-key-file") { Description = "The file with its key, in base64url as the authority gives it.", HelpName = "FILE" };

    internal void AddTo(Command command, Option<string[]> names, Option<string?> certificate)
    {
        foreach (var option in new Option[] { directory, terms, contact, listen, authorities, account, accountKey })
            command.Add(option);
        directory.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == "https" && address.UserInfo.Length == 0))
                result.AddError($"--acme-directory {text} is no address that begins with https://");
        });
        listen.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !IsEndpoint(text))
                result.AddError($"--acme-listen {text} is not ADDRESS:PORT, such as 0.0.0.0:80");
        });
        contact.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !NotificationValidator.IsMailAddress(token.Value)))
                result.AddError($"--acme-contact {token.Value} is not an address of mail");
        });
        foreach (var file in new[] { authorities, accountKey })
        {
            file.Validators.Add(result =>
            {
                if (result.Tokens is [{ Value: var path }] && !File.Exists(path))
                    result.AddError($"{file.Name}: there is no file {path}");
            });
        }
        command.Validators.Add(result =>
        {
            if (result.GetResult(directory) is null)
            {
                foreach (var option in new Option[] { terms, contact, authorities, account, accountKey }.Where(option => result.GetResult(option) is { Implicit: false }))
                    result.AddError($"{option.Name} needs --acme-directory");
                return;
            }
            if (result.GetResult(certificate) is not null)
                result.AddError("--acme-directory gets a certificate, and --tls-certificate gives one: leave one of them out");
            if (result.GetResult(account) is null != result.GetResult(accountKey) is null)
                result.AddError("--acme-account and --acme-account-key-file belong together: give both");
            var asked = result.GetResult(names)?.Tokens.Select(token => token.Value).ToList() ?? [];
            if (asked.Count == 0)
                result.AddError("--acme-directory needs --tls-name: the names that the certificate is for");
            foreach (var name in asked.Where(name => name.StartsWith('*')))
                result.AddError($"--tls-name {name}: what stands for many names cannot be proved over HTTP; name each of them");
        });
    }

    internal bool IsAsked(ParseResult result) => result.GetValue(directory) is not null;

    /// <summary>What was asked for; null: nothing.</summary>
    /// <exception cref="CommandException">A file cannot be read.</exception>
    internal (AcmeSettings Settings, IPEndPoint Listen)? Of(ParseResult result, IEnumerable<string> names) => result.GetValue(directory) is not { } address ? null : (new()
    {
        Directory = new(address),
        Names = [.. names.Select(CertificateNames.Canonical).OfType<string>().Distinct(StringComparer.Ordinal)],
        Contacts = result.GetValue(contact) ?? [],
        AcceptsTerms = result.GetValue(terms),
        Authorities = result.GetValue(authorities) is { } file ? Read(file) : null,
        ExternalAccount = result.GetValue(account) is { } id ? (id, Key(result.GetValue(accountKey)!)) : null,
    }, IPEndPoint.Parse(result.GetRequiredValue(listen)));

    private static bool IsEndpoint(string text) => text.LastIndexOf(':') > text.LastIndexOf(']') && IPEndPoint.TryParse(text, out _);

    private static byte[] Key(string file)
    {
        var text = Read(file).Trim();
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            throw new CommandException(ExitCodes.Usage, $"--acme-account-key-file: {file} holds no key in base64url");
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"{file} cannot be read: {failure.Message}");
        }
    }
}
