using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Core.Collections;
using Platform.Core.Schedules;

namespace Platform.Api.Jobs;

/// <summary>Reads the members of a JSON object. What does not fit is put down as a problem and read as absent; null counts as absent.</summary>
/// <param name="json">The object.</param>
/// <param name="path">Where it is in the request.</param>
/// <param name="separator">Between the parts of a path.</param>
/// <param name="problems">Receives what does not fit.</param>
internal sealed class JsonFields(JsonObject json, string path, string separator, List<SpecProblem> problems)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    internal JsonObject Json => json;

    internal string At(string name) => separator == "/" ? $"{path}/{name}" : path.Length == 0 ? name : $"{path}.{name}";

    internal void Refuse(string name, string message) => problems.Add(new(name.Length == 0 ? (path.Length == 0 ? separator == "/" ? "/" : "" : path) : At(name), message));

    internal bool Has(string name) => Get(name) is not null;

    internal string? Text(string name) => Get(name) switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => Wrong<string>(name, "a text"),
    };

    internal string RequiredText(string name)
    {
        if (!Has(name))
            Refuse(name, "is missing");
        return Text(name) ?? "";
    }

    internal DateTimeOffset? Instant(string name) => Text(name) switch
    {
        null => null,
        { } text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) => instant.ToUniversalTime(),
        _ => WrongValue<DateTimeOffset>(name, "an instant such as 2026-11-29T04:00:00Z"),
    };

    internal double? Number(string name) => Get(name) switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) is var number && double.IsFinite(number) => number,
        _ => WrongValue<double>(name, "a number"),
    };

    internal int? Integer(string name)
    {
        if (Number(name) is not { } number)
            return null;
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number : WrongValue<int>(name, "a whole number");
    }

    internal bool? Flag(string name) => Get(name) switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValueKind() == JsonValueKind.True,
        _ => WrongValue<bool>(name, "true or false"),
    };

    internal JsonFields? Object(string name) => Get(name) switch
    {
        null => null,
        JsonObject inner => new(inner, At(name), separator, problems),
        _ => Wrong<JsonFields>(name, "an object"),
    };

    internal List<JsonFields> Objects(string name)
    {
        var items = new List<JsonFields>();
        for (var i = 0; Array(name) is { } array && i < array.Count; i++)
        {
            if (array[i] is JsonObject inner)
                items.Add(new(inner, Item(name, i), separator, problems));
            else
                problems.Add(new(Item(name, i), "must be an object"));
        }
        return items;
    }

    /// <summary>A list of texts and objects: of each either.</summary>
    internal List<(string Text, JsonFields? Object)> TextsOrObjects(string name)
    {
        var items = new List<(string, JsonFields?)>();
        for (var i = 0; Array(name) is { } array && i < array.Count; i++)
        {
            if (array[i] is JsonObject inner)
                items.Add(("", new(inner, Item(name, i), separator, problems)));
            else if (array[i] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                items.Add((value.GetValue<string>(), null));
            else
                problems.Add(new(Item(name, i), "must be a text or an object"));
        }
        return items;
    }

    internal ValueList<string>? Texts(string name)
    {
        if (Array(name) is not { } array)
            return null;
        var items = new List<string>();
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                items.Add(value.GetValue<string>());
            else
                problems.Add(new(Item(name, i), "must be a text"));
        }
        return items.ToValueList();
    }

    internal ValueMap<string> TextMap(string name)
    {
        if (Object(name) is not { } map)
            return default;
        var items = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in map.Json)
        {
            if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String)
                items.Add(new(key, text.GetValue<string>()));
            else
                map.Refuse(key, "must be a text");
        }
        return items.ToValueMap();
    }

    internal TEnum? Choice<TEnum>(string name)
        where TEnum : struct, Enum => Text(name) is { } text ? Parse<TEnum>(text, At(name)) : null;

    internal ValueList<TEnum>? Choices<TEnum>(string name)
        where TEnum : struct, Enum =>
        Texts(name) is { } texts ? texts.Select((text, i) => Parse<TEnum>(text, Item(name, i))).OfType<TEnum>().ToValueList() : null;

    private TEnum? Parse<TEnum>(string text, string at)
        where TEnum : struct, Enum
    {
        if (Enum.TryParse<TEnum>(text, ignoreCase: true, out var value) && Enum.GetName(value)?.Equals(text, StringComparison.OrdinalIgnoreCase) == true)
            return value;
        problems.Add(new(at, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<TEnum>().Select(choice => choice.ToLowerInvariant()))}"));
        return null;
    }

    /// <summary>Problems for members that nobody has asked for: most often a name that is written wrongly.</summary>
    internal void RefuseOthers()
    {
        foreach (var (name, _) in json)
        {
            if (!_asked.Contains(name))
                Refuse(name, $"is not known here; there are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>Whether a member is a list, and not another value.</summary>
    internal bool IsArray(string name) => Get(name) is JsonArray;

    internal JsonArray? Array(string name) => Get(name) switch
    {
        null => null,
        JsonArray array => array,
        _ => Wrong<JsonArray>(name, "a list"),
    };

    private JsonNode? Get(string name)
    {
        _asked.Add(name);
        return json.TryGetPropertyValue(name, out var value) ? value : null;
    }

    private string Item(string name, int index) => separator == "/" ? $"{At(name)}({index})" : $"{At(name)}[{index}]";

    private T? Wrong<T>(string name, string expected)
        where T : class
    {
        Refuse(name, $"must be {expected}");
        return null;
    }

    private T? WrongValue<T>(string name, string expected)
        where T : struct
    {
        Refuse(name, $"must be {expected}");
        return null;
    }
}
