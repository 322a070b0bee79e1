using System.Text.Json;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>External volumes as a definition gives them: <c>{"provider":"dvdi","name":"v","options":{"dvdi/driver":"local"}}</c>.</summary>
internal static class ExternalVolumes
{
    private const string DriverOption = "dvdi/driver";

    /// <summary>Why a volume cannot be provided, to go on after its name; null: it can.</summary>
    /// <param name="json">The volume as given.</param>
    /// <param name="spec">The app that has it.</param>
    public static string? Problem(string json, AppSpec spec)
    {
        using var document = JsonDocument.Parse(json);
        if (Text(document.RootElement, "provider") != "dvdi")
            return "is external, and no agent has its provider: only volumes of Docker's drivers (dvdi) can be had.";
        return spec.Container?.Docker is { Image.Length: > 0 } ? null : "is external, and only containers with an image can have such volumes.";
    }

    /// <summary>Reads one that has no problem.</summary>
    public static ExternalVolume Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var options = new List<KeyValuePair<string, string>>();
        var driver = "local";
        if (document.RootElement.TryGetProperty("options", out var given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (var option in given.EnumerateObject())
            {
                var value = option.Value.ToString();
                if (option.Name == DriverOption)
                    driver = value;
                else
                    options.Add(new(option.Name[(option.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], value));
            }
        }
        if (document.RootElement.TryGetProperty("size", out var size) && size.TryGetInt64(out var gigabytes))
            options.Add(new("size", gigabytes.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return new() { Name = Text(document.RootElement, "name") ?? "", Driver = driver, Options = options.ToValueMap() };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
