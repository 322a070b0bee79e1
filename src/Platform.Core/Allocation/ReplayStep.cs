using System.Text.Json;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>One step of a scenario: an array of a verb and its arguments.</summary>
internal sealed class ReplayStep
{
    private readonly List<JsonElement> _arguments;

    internal ReplayStep(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
            throw new FormatException("a step is an array of a verb and its arguments");
        Verb = element[0].GetString() ?? "";
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

    internal Resources Resources(int index) => ParseResources(Text(index));

    /// <summary>
    /// Reads resources in the scenarios' form: Mesos' text form, with <c>disk@MOUNT:n</c> and <c>disk@PATH:n</c> for disks with
    /// a source and <c>{REV}</c> after a name for revocable resources.
    /// </summary>
    internal static Resources ParseResources(string text)
    {
        var list = new List<Resource>();
        foreach (var part in SplitParts(text))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                throw new FormatException($"'{part}' is not a resource of the form name:amount");
            var name = part[..colon].Trim();
            var isRevocable = name.Contains("{REV}", StringComparison.Ordinal);
            name = name.Replace("{REV}", "", StringComparison.Ordinal);
            string? role = null;
            var open = name.IndexOf('(', StringComparison.Ordinal);
            if (open >= 0)
            {
                var close = name.IndexOf(')', open);
                if (close < 0)
                    throw new FormatException($"'{part}' has a parenthesis that is not closed");
                role = name[(open + 1)..close];
                name = name[..open] + name[(close + 1)..];
            }
            Disk? disk = null;
            var at = name.IndexOf('@', StringComparison.Ordinal);
            if (at >= 0)
            {
                if (!Enum.TryParse<DiskSourceType>(name[(at + 1)..], ignoreCase: true, out var source))
                    throw new FormatException($"'{name}' has an unknown disk source");
                disk = new() { Source = new(source) };
                name = name[..at];
            }
            foreach (var resource in Core.Resources.Parse($"{name}:{part[(colon + 1)..]}"))
            {
                list.Add(resource with
                {
                    Disk = disk,
                    Revocable = isRevocable,
                    Reservations = role is null or RoleName.Default ? [] : [new Reservation(ReservationType.Static, role)],
                });
            }
        }
        return Core.Resources.Of(list);
    }

    private static string[] SplitParts(string text) =>
        text is "" or "{}" ? [] : text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
