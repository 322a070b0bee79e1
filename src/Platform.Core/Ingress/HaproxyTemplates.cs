using System.Text.RegularExpressions;

namespace Platform.Core.Ingress;

/// <summary>Pieces of configuration that labels bring, as marathon-lb has them: <c>{backend}</c> stands for a value, <c>{{</c> for a brace.</summary>
public static partial class HaproxyTemplates
{
    // With one of these a line begins a section of its own.
    private static readonly string[] Sections =
        ["global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "mailers", "resolvers", "program", "http-errors", "ring", "log-forward", "fcgi-app", "cache", "crt-store"];

    /// <summary>The lines of a template, each with its indent and end.</summary>
    /// <param name="template">The label's value.</param>
    /// <param name="values">What stands for what; unknown names stay as they are.</param>
    /// <param name="problem">The lines that are left out, because they would end the section; null: none.</param>
    public static IReadOnlyList<string> Lines(string template, IReadOnlyDictionary<string, string> values, out string? problem)
    {
        var (lines, left) = (new List<string>(), new List<string>());
        var text = Names().Replace(template, match => match.Value switch
        {
            "{{" => "{",
            "}}" => "}",
            _ => values.GetValueOrDefault(match.Groups["name"].Value, match.Value),
        });
        foreach (var line in text.Split('\n').Select(line => new string([.. line.Where(c => c == '\t' || !char.IsControl(c))]).Trim()).Where(line => line.Length > 0))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            // A word can be written with quotes in it, and a dot begins a condition of the whole file.
            if (words[0].IndexOfAny(['\'', '"', '\\', '$']) >= 0 || line[0] == '.')
                left.Add(line);
            else if (!Sections.Contains(words[0]))
                lines.Add($"  {line}\n");
            else if (words is not ["backend" or "frontend", var name] || name != values.GetValueOrDefault("backend"))
                left.Add(line);
        }
        problem = left.Count == 0 ? null : $"'{left[0]}' would begin another section, and is left out";
        return lines;
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>[A-Za-z_0-9]+)\}")]
    private static partial Regex Names();
}
