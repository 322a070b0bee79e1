using System.Text;
using System.Text.Json;
using Docker.DotNet.Models;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Credentials in Docker's own forms: <c>config.json</c> (<c>{"auths":{"registry":{"auth":"base64 of user:password"}}}</c>) and the older <c>.dockercfg</c>.</summary>
internal static class RegistryCredentials
{
    // The names under which the default registry appears in such files.
    private static readonly string[] DefaultNames = ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"];

    /// <summary>The credentials of a registry; null: there are none for it.</summary>
    /// <exception cref="JsonException">The text is not of this form.</exception>
    public static AuthConfig? Find(string json, string registry)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new JsonException("It is not an object.");
        var all = root.TryGetProperty("auths", out var auths) && auths.ValueKind == JsonValueKind.Object ? auths : root;
        foreach (var entry in all.EnumerateObject())
        {
            if (entry.Value.ValueKind == JsonValueKind.Object && Matches(entry.Name, registry))
                return Read(entry.Value, entry.Name);
        }
        return null;
    }

    /// <summary>Credentials as the engine takes them in a header: their JSON in base 64 for addresses, padded.</summary>
    public static string Header(AuthConfig auth)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in new[]
            {
                ("username", auth.Username), ("password", auth.Password), ("serveraddress", auth.ServerAddress), ("identitytoken", auth.IdentityToken), ("registrytoken", auth.RegistryToken),
            })
            {
                if (value is not null)
                    writer.WriteString(name, value);
            }
            writer.WriteEndObject();
        }
        return Convert.ToBase64String(json.ToArray()).Replace('+', '-').Replace('/', '_');
    }

    private static bool Matches(string name, string registry)
    {
        if (registry == ImageReference.Default && DefaultNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            return true;
        var host = name.Contains("://", StringComparison.Ordinal) ? name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..] : name;
        return string.Equals(host.Split('/')[0], registry, StringComparison.OrdinalIgnoreCase);
    }

    private static AuthConfig Read(JsonElement entry, string server)
    {
        var auth = new AuthConfig
        {
            ServerAddress = server,
            Username = Text(entry, "username"),
            Password = Text(entry, "password"),
            IdentityToken = Text(entry, "identitytoken"),
            RegistryToken = Text(entry, "registrytoken"),
        };
        if (Text(entry, "auth") is not { Length: > 0 } coded)
            return auth;
        string pair;
        try
        {
            pair = Encoding.UTF8.GetString(Convert.FromBase64String(coded));
        }
        catch (FormatException)
        {
            throw new JsonException($"The credentials of {server} are not in base 64.");
        }
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            throw new JsonException($"The credentials of {server} are not of the form user:password.");
        auth.Username = pair[..colon];
        auth.Password = pair[(colon + 1)..].TrimEnd('\0');
        return auth;
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
