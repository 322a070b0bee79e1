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

    /// <summary>The options of a server's line as marathon-lb has it, without what says which server it is: servers come and go at the runtime socket, and all of a backend have the same options.</summary>
    internal static string ServerOptions(string line)
    {
        var words = line.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words is ["server", _, _, ..])
            words.RemoveRange(0, 3);
        else if (words is ["default-server", ..])
            words.RemoveAt(0);
        if (words.IndexOf("id") is >= 0 and var id && id + 1 < words.Count)
            words.RemoveRange(id, 2);
        // What marathon-lb puts there is here already, or comes with each server.
        return string.Join(' ', words.Select(word => Placeholders().Replace(word, "")).Where(word => word.Length > 0));
    }

    /// <summary>A cookie's line for servers whose cookies come from their addresses.</summary>
    internal static string Cookie(string line)
    {
        var words = line.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["cookie", ..] && !words.Contains("dynamic") ? $"  {string.Join(' ', words)} dynamic\n" : line;
    }

    [GeneratedRegex(@"\{(cookieOptions|healthCheckOptions|otherOptions|serverName|serverId|host_ipv4|host|port)\}")]
    private static partial Regex Placeholders();

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>[A-Za-z_0-9]+)\}")]
    private static partial Regex Names();
}
