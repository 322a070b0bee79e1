using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary><c>platform login</c>, <c>logout</c> and <c>whoami</c>.</summary>
internal static class LoginCommand
{
    internal static IEnumerable<Command> Build() => [LogIn(), LogOut(), WhoAmI()];

    private static Command LogIn()
    {
        var user = new Argument<string?>("USER") { Description = "The user or service account. Default: asked for; root with --code.", Arity = ArgumentArity.ZeroOrOne };
        var passwordFile = new Option<string?>("--password-file") { Description = "The file with the password; - is standard input. Default: asked for, or $PLATFORM_PASSWORD.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "The private key of a service account, PEM: it logs in with it.", HelpName = "FILE" };
        var code = new Option<string?>("--code") { Description = "The code that a start has printed: makes the user an administrator with this password.", HelpName = "CODE" };
        var oidc = new Option<bool>("--oidc") { Description = "Log in at the provider that the control plane names: the address that is printed is opened in a browser of this machine." };
        var command = new Command("login", "Logs in; the commands that follow use the login.") { user, passwordFile, key, code, oidc };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            if (result.GetValue(oidc))
            {
                var (name, given) = await OidcCommandLogin.LogInAsync(client, cancellationToken);
                return Kept(client, terminal, result, name, given);
            }
            var uid = result.GetValue(user) ?? (result.GetValue(code) is not null ? "root" : Ask("user: ", hidden: false));
            string token;
            if (result.GetValue(key) is { } file)
            {
                token = await client.LogInWithKeyAsync(uid, Sign(uid, await ReadAsync(file, cancellationToken)), cancellationToken);
            }
            else
            {
                var password = result.GetValue(passwordFile) is { } from ? (await ReadAsync(from, cancellationToken)).TrimEnd('\r', '\n')
                    : Environment.GetEnvironmentVariable("PLATFORM_PASSWORD") ?? Ask($"password of {uid}: ", hidden: true);
                if (result.GetValue(code) is { } given)
                    await client.UseCodeAsync(given, uid, password, cancellationToken);
                token = await client.LogInAsync(uid, password, cancellationToken);
            }
            return Kept(client, terminal, result, uid, token);
        });
        return command;
    }

    private static int Kept(IPlatformClient client, Terminal terminal, ParseResult result, string uid, string token)
    {
        Logins.Keep(client.Url, token);
        // Whoever was trusted with the password is trusted with what follows.
        if (GlobalOptions.AuthorityOf(result) is not null && client.Trust?.Authorities is { } authorities)
            Logins.KeepAuthority(client.Url, authorities);
        terminal.Say(new JsonObject { ["uid"] = uid, ["url"] = client.Url.OriginalString }, $"{uid} has logged in at {client.Url.OriginalString}");
        return ExitCodes.Ok;
    }

    private static Command LogOut()
    {
        var command = new Command("logout", "Logs out: the token of the login counts no more.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            try
            {
                await client.CallAsync(HttpMethod.Post, "/acs/api/v1/auth/logout", null, cancellationToken);
            }
            catch (PlatformException failure) when (failure.Error == PlatformError.LoginNeeded)
            {
                // It counted no more already.
            }
            Logins.Keep(client.Url, null);
            terminal.Say(new JsonObject { ["url"] = client.Url.OriginalString }, $"logged out at {client.Url.OriginalString}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command WhoAmI()
    {
        var command = new Command("whoami", "Shows who has logged in, and what that identity may do.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var session = (await client.CallAsync(HttpMethod.Get, "/api/session", null, cancellationToken))!;
            if (terminal.IsJson)
            {
                terminal.Json(session);
                return ExitCodes.Ok;
            }
            terminal.Line((string?)session["authentication"] == "off" ? "nobody has to log in here; everybody may do everything" : $"{session["kind"]} {session["uid"]}, until {session["expiresAt"]}");
            foreach (var permission in session["permissions"]!.AsArray())
                terminal.Line($"  {permission!["action"],-7} {permission["resource"]}  ({permission["source"]})");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>A line for people, or JSON for programs.</summary>
    internal static void Say(this Terminal terminal, JsonNode json, string text)
    {
        if (terminal.IsJson)
            terminal.Json(json);
        else
            terminal.Line(text);
    }

    /// <summary>Reads what is typed.</summary>
    /// <exception cref="CommandException">Nobody is there to type.</exception>
    internal static string Ask(string prompt, bool hidden)
    {
        if (Console.IsInputRedirected)
            throw new CommandException(ExitCodes.Usage, hidden ? "there is no terminal to ask for the password: give --password-file, or $PLATFORM_PASSWORD" : "give the name of the user");
        Console.Error.Write(prompt);
        if (!hidden)
            return Console.ReadLine()?.Trim() ?? "";
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var typed && typed.Key != ConsoleKey.Enter)
        {
            if (typed.Key != ConsoleKey.Backspace)
                text.Append(typed.KeyChar);
            else if (text.Length > 0)
                text.Length--;
        }
        Console.Error.WriteLine();
        return text.ToString();
    }

    internal static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return file == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"cannot read {file}: {failure.Message}");
        }
    }

    // Five minutes are enough to send it.
    private static string Sign(string uid, string pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return Sign(uid, "RS256", bytes => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            // It may be one of the other kind.
        }
        try
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return Sign(uid, "ES256", bytes => curve.SignData(bytes, HashAlgorithmName.SHA256));
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            throw new CommandException(ExitCodes.Usage, "the file holds no private key in PEM");
        }
    }

    private static string Sign(string uid, string algorithm, Func<byte[], byte[]> sign)
    {
        static string Part(JsonObject json) => Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
        static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var text = Part(new() { ["alg"] = algorithm, ["typ"] = "JWT" }) + "." + Part(new() { ["uid"] = uid, ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds() });
        return $"{text}.{Encode(sign(Encoding.ASCII.GetBytes(text)))}";
    }
}
