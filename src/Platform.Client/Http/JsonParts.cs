using System.Text.Json.Nodes;

namespace Platform.Client.Http;

/// <summary>Members of a definition that is being built, made when they are first needed.</summary>
internal static class JsonParts
{
    internal static JsonObject Object(this JsonObject whole, string name)
    {
        if (whole[name] is not JsonObject part)
            whole[name] = part = [];
        return part;
    }

    internal static JsonArray Array(this JsonObject whole, string name)
    {
        if (whole[name] is not JsonArray part)
            whole[name] = part = [];
        return part;
    }

    internal static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>Sets a member if there is a value for it.</summary>
    internal static void Put(this JsonObject whole, string name, JsonNode? value)
    {
        if (value is not null)
            whole[name] = value;
    }

    internal static JsonNode? Seconds(TimeSpan? span) => span is { } length ? (JsonNode)length.TotalSeconds : null;
}
