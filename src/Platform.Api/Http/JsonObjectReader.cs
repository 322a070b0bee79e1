using System.Globalization;
using System.Text.Json;
using Platform.Core.Collections;

namespace Platform.Api.Http;

/// <summary>Reads the members of a JSON object by name and type. What does not fit is put down as a problem and read as absent; null counts as absent.</summary>
internal readonly struct JsonObjectReader(JsonElement element, string path, JsonProblems problems)
{
    public string Path { get; } = path;

    public JsonProblems Problems { get; } = problems;

    public JsonElement Element { get; } = element;

    /// <summary>A reader of this value, or null after a problem if it is not an object.</summary>
    public static JsonObjectReader? Open(JsonElement element, string path, JsonProblems problems)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return new(element, path, problems);
        problems.Shape(path, "error.expected.jsobject");
        return null;
    }

    public string At(string name) => Path + "/" + name;

    public bool Has(string name) => TryGet(name, out _);

    public void Rule(string name, string error) => Problems.Rule(name.Length == 0 ? Path : At(name), error);

    /// <summary>Problem if the member is absent.</summary>
    public bool Require(string name)
    {
        if (Has(name))
            return true;
        Problems.Shape(At(name), "error.path.missing");
        return false;
    }

    public bool TryGet(string name, out JsonElement value) =>
        Element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int minLength = 0, int maxLength = int.MaxValue) =>
        TryGet(name, out var value) ? TextOf(value, At(name), Problems, minLength, maxLength) : null;

    public bool? Flag(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.ValueKind == JsonValueKind.True;
        Problems.Shape(At(name), "error.expected.jsboolean");
        return null;
    }

    public double? Number(string name, double min = double.MinValue, double max = double.MaxValue)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            Problems.Shape(At(name), "error.expected.jsnumber");
            return null;
        }
        return Bounded(number, At(name), min, max, Problems) ? number : null;
    }

    public int? Integer(string name, int min = int.MinValue, int max = int.MaxValue) =>
        TryGet(name, out var value) && IntegerOf(value, At(name), Problems, min, max) is { } number ? (int)number : null;

    public long? Long(string name, long min = long.MinValue, long max = long.MaxValue) =>
        TryGet(name, out var value) ? IntegerOf(value, At(name), Problems, min, max) : null;

    /// <summary>One of the choices, found without regard to case as Marathon did.</summary>
    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString();
            foreach (var choice in choices)
            {
                if (choice.Equals(text, StringComparison.OrdinalIgnoreCase))
                    return choice;
            }
        }
        Problems.Shape(At(name), "error.unknown.enum.literal", "one of " + string.Join(", ", choices!));
        return null;
    }

    public JsonObjectReader? Object(string name) => TryGet(name, out var value) ? Open(value, At(name), Problems) : null;

    /// <summary>The items that can be read, or null if the member is absent or no array. With <paramref name="unique"/> an equal item is dropped, as Marathon's sets do.</summary>
    public ValueList<T>? List<T>(string name, Func<JsonElement, string, JsonProblems, T?> read, bool unique = false)
        where T : class
    {
        if (!TryGet(name, out var array))
            return null;
        if (array.ValueKind != JsonValueKind.Array)
        {
            Problems.Shape(At(name), "error.expected.jsarray");
            return null;
        }
        var items = new List<T>(array.GetArrayLength());
        var seen = unique ? new HashSet<T>() : null;
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (read(item, $"{At(name)}({index++})", Problems) is { } value && seen?.Add(value) != false)
                items.Add(value);
        }
        return items.ToValueList();
    }

    public ValueList<string>? Texts(string name, bool unique = false, int minLength = 0) =>
        List(name, (item, at, problems) => TextOf(item, at, problems, minLength), unique);

    public ValueList<int>? Integers(string name, int min, int max, bool unique = false)
    {
        var boxed = List(name, (item, at, problems) => (object?)IntegerOf(item, at, problems, min, max), unique);
        return boxed?.Select(number => (int)(long)number).ToValueList();
    }

    /// <summary>A map of texts, such as labels.</summary>
    public ValueMap<string>? TextMap(string name) => Map(name, (value, at, problems) => TextOf(value, at, problems));

    public ValueMap<T>? Map<T>(string name, Func<JsonElement, string, JsonProblems, T?> read)
        where T : class
    {
        if (Object(name) is not { } reader)
            return null;
        var entries = new List<KeyValuePair<string, T>>();
        foreach (var property in reader.Element.EnumerateObject())
        {
            if (read(property.Value, reader.At(property.Name), Problems) is { } value)
                entries.Add(KeyValuePair.Create(property.Name, value));
        }
        return entries.ToValueMap();
    }

    public static string? TextOf(JsonElement value, string at, JsonProblems problems, int minLength = 0, int maxLength = int.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            problems.Shape(at, "error.expected.jsstring");
            return null;
        }
        var text = value.GetString()!;
        if (text.Length < minLength)
            problems.Rule(at, minLength == 1 ? "must not be empty" : $"must have at least {minLength} characters");
        else if (text.Length > maxLength)
            problems.Rule(at, $"must have at most {maxLength} characters");
        else if (text.Contains('\0', StringComparison.Ordinal))
            problems.Rule(at, "must not contain the character NUL");
        else
            return text;
        return null;
    }

    private static long? IntegerOf(JsonElement value, string at, JsonProblems problems, long min, long max)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            problems.Shape(at, "error.expected.jsnumber");
            return null;
        }
        if (!value.TryGetInt64(out var number))
        {
            // 1.0 and 1e3 are whole numbers too.
            if (!value.TryGetDecimal(out var exact) || decimal.Truncate(exact) != exact || exact is < long.MinValue or > long.MaxValue)
            {
                problems.Shape(at, "error.expected.int");
                return null;
            }
            number = (long)exact;
        }
        return Bounded(number, at, min, max, problems) ? number : null;
    }

    private static bool Bounded(double number, string at, double min, double max, JsonProblems problems)
    {
        if (number < min)
            problems.Rule(at, string.Create(CultureInfo.InvariantCulture, $"is less than {min}"));
        else if (number > max)
            problems.Rule(at, string.Create(CultureInfo.InvariantCulture, $"is greater than {max}"));
        else
            return true;
        return false;
    }
}
