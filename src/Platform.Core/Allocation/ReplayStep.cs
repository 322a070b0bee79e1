using System.Text.Json;

namespace Platform.Core.Allocation;

/// <summary>One step of a scenario: an array of a verb and its arguments.</summary>
internal sealed class ReplayStep
{
    private readonly List<JsonElement> _arguments;

    internal ReplayStep(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
            throw new FormatException("a step is an array of a verb and its arguments");
        Verb = element[0].ValueKind == JsonValueKind.String ? element[0].GetString()! : throw new FormatException("a step begins with the name of its verb");
        _arguments = [.. element.EnumerateArray().Skip(1)];
    }

    internal string Verb { get; }

    internal int Count => _arguments.Count;

    internal bool Has(int index) => index < _arguments.Count && _arguments[index].ValueKind != JsonValueKind.Null;

    internal JsonElement this[int index] => index < _arguments.Count ? _arguments[index] : throw new FormatException($"argument {index + 1} is missing");

    internal string Text(int index) => this[index].ValueKind == JsonValueKind.String ? this[index].GetString()! : this[index].GetRawText();

    internal double Number(int index) => this[index].ValueKind == JsonValueKind.Number
        ? this[index].GetDouble()
        : double.Parse(Text(index), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An argument that is a text or a list of texts; empty when it is missing.</summary>
    internal List<string> Texts(int index) => !Has(index) ? []
        : this[index].ValueKind == JsonValueKind.Array ? [.. this[index].EnumerateArray().Select(item => item.GetString()!)]
        : [Text(index)];

    internal Resources Resources(int index) => ScenarioResources.Parse(Text(index));
}
