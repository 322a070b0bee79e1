using System.Text.Json.Nodes;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary>The tokens of logins and the authorities that came with them, each under the address of its control plane, in files that only their user can read.</summary>
internal static class Logins
{
    /// <summary>The variable that stands in for a login.</summary>
    internal const string Variable = "PLATFORM_TOKEN";

    private static string TokensFile => FileOf("logins.json");

    private static string AuthoritiesFile => FileOf("authorities.json");

    /// <summary>The token for a control plane; null: nobody has logged in there.</summary>
    internal static string? Find(Uri url) => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token ? token : (string?)Read(TokensFile)[Key(url)];

    /// <summary>The authority of a control plane that was named when its user logged in, PEM; null: none was.</summary>
    internal static string? FindAuthority(Uri url) => (string?)Read(AuthoritiesFile)[Key(url)];

    /// <summary>Keeps a token, or forgets it.</summary>
    internal static void Keep(Uri url, string? token) => Keep(TokensFile, url, token);

    /// <summary>Keeps the authority of a control plane, PEM.</summary>
    internal static void KeepAuthority(Uri url, string authority) => Keep(AuthoritiesFile, url, authority);

    private static string FileOf(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "platform", name);

    private static void Keep(string file, Uri url, string? text)
    {
        var all = Read(file);
        all.Remove(Key(url));
        if (text is not null)
            all[Key(url)] = text;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Under another name first: two commands at once must not leave half a file behind.
        var fresh = $"{file}.{Environment.ProcessId}";
        using (var writer = new StreamWriter(fresh, options))
            writer.Write(all.ToJsonString());
        File.Move(fresh, file, overwrite: true);
    }

    /// <summary>Takes a later token when less than half of the time of the login is left: who uses it need not log in every day.</summary>
    internal static async Task RenewAsync(IPlatformClient client, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || (string?)Read(TokensFile)[Key(client.Url)] is not { } token || !IsHalfOver(token))
            return;
        try
        {
            Keep(client.Url, await client.RenewLoginAsync(cancellationToken));
        }
        catch (PlatformException)
        {
            // The command itself tells what is wrong.
        }
    }

    private static bool IsHalfOver(string token)
    {
        try
        {
            var part = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
            var claims = JsonNode.Parse(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')))!;
            var (from, to, now) = ((long)claims["iat"]!, (long)claims["exp"]!, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
            return now > from + ((to - from) / 2) && now < to;
        }
        catch (Exception failure) when (failure is FormatException or IndexOutOfRangeException or NullReferenceException or InvalidOperationException or System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static JsonObject Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? [] : [];
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Key(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
