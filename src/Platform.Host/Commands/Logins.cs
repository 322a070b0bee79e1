using System.Text.Json.Nodes;
using Platform.Client;

namespace Platform.Host.Commands;

/// <summary>The tokens of logins, each under the address of its control plane, in a file that only its user can read.</summary>
internal static class Logins
{
    /// <summary>The variable that stands in for a login.</summary>
    internal const string Variable = "PLATFORM_TOKEN";

    private static string FilePath => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "platform", "logins.json");

    /// <summary>The token for a control plane; null: nobody has logged in there.</summary>
    internal static string? Find(Uri url) => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token ? token : (string?)Read()[Key(url)];

    /// <summary>Keeps a token, or forgets it.</summary>
    internal static void Keep(Uri url, string? token)
    {
        var all = Read();
        all.Remove(Key(url));
        if (token is not null)
            all[Key(url)] = token;
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Under another name first: two commands at once must not leave half a file behind.
        var fresh = $"{FilePath}.{Environment.ProcessId}";
        using (var writer = new StreamWriter(fresh, options))
            writer.Write(all.ToJsonString());
        File.Move(fresh, FilePath, overwrite: true);
    }

    /// <summary>Takes a later token when less than half of the time of the login is left: who uses it need not log in every day.</summary>
    internal static async Task RenewAsync(IPlatformClient client, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || (string?)Read()[Key(client.Url)] is not { } token || !IsHalfOver(token))
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

    private static JsonObject Read()
    {
        try
        {
            return File.Exists(FilePath) ? JsonNode.Parse(File.ReadAllText(FilePath)) as JsonObject ?? [] : [];
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Key(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
