using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>
/// Reads resources as a text or as Mesos' JSON array, and writes the text when it says everything (names, amounts and static
/// reservations), else the array. Unlike an agent's command line, it reads volumes, dynamic reservations and revocable resources.
/// </summary>
public sealed class ResourcesJsonConverter : JsonConverter<Resources>
{
    private const string Special = ";:(){}[],\"\\ \n\t";

    /// <inheritdoc />
    public override Resources Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            return Resources.TryParse(text, out var parsed, out var errors) ? parsed : throw new JsonException(string.Join("; ", errors));
        }
        using var document = JsonDocument.ParseValue(ref reader);
        var list = new List<Resource>();
        var problems = new List<string>();
        ResourcesJson.Read(document.RootElement, "*", list, problems);
        return problems.Count == 0 ? Resources.Of(list) : throw new JsonException(string.Join("; ", problems));
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Resources value, JsonSerializerOptions options)
    {
        if (value.Items.All(IsPlain))
            writer.WriteStringValue(Text(value));
        else
            ResourcesJson.Write(writer, value);
    }

    /// <summary>The text form with roles in parentheses, as an agent's command line takes it.</summary>
    internal static string Text(Resources resources) => string.Join(";", resources.Items.Select(resource =>
        $"{resource.Name}{(resource.IsReserved ? $"({resource.ReservationRole})" : "")}:{resource.PrintAmount().Replace(" ", "", StringComparison.Ordinal)}"));

    private static bool IsPlain(Resource resource) =>
        resource is { AllocationRole: null, Disk: null, Revocable: false, Shared: false, ProviderId: null, Copies: 1 }
        && resource.Reservations.Length <= 1
        && resource.Reservations.All(level => level.Type == ReservationType.Static && level.Principal is null && level.Labels.Length == 0)
        && !resource.Name.Any(letter => Special.Contains(letter))
        && resource.Items.All(item => item.Length > 0 && !item.Any(letter => Special.Contains(letter)))
        && (resource.ReservationRole?.All(letter => !Special.Contains(letter)) ?? true);
}
