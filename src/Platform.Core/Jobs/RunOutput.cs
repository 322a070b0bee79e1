using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>Small values that a run writes for those that follow: lines of <c>name=value</c> in the file that <c>$PLATFORM_OUTPUT</c> names.</summary>
public static class RunOutput
{
    /// <summary>The variable with the path of the file.</summary>
    public const string Variable = "PLATFORM_OUTPUT";

    /// <summary>The file in the sandbox.</summary>
    public const string FileName = "platform-output";

    /// <summary>How much of the file is read, bytes, and how much a run passes on at most, characters.</summary>
    public const int Longest = 32 * 1024;

    /// <summary>How many values a run passes on at most.</summary>
    public const int Most = 100;

    /// <summary>What a task has written, over what those before it have. Lines that are no <c>name=value</c> count for nothing, as does what is too much.</summary>
    public static ValueMap<string> Merge(ValueMap<string> before, string text)
    {
        var all = before.ToDictionary(StringComparer.Ordinal);
        var length = all.Sum(pair => pair.Key.Length + pair.Value.Length);
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !IsName(line[..equals]))
                continue;
            var (name, value) = (line[..equals], line[(equals + 1)..].TrimEnd('\r'));
            length += value.Length + (all.TryGetValue(name, out var old) ? -old.Length : name.Length);
            if (length > Longest || (old is null && all.Count == Most) || value.Contains('\0', StringComparison.Ordinal))
                break;
            all[name] = value;
        }
        return all.ToValueMap();
    }

    /// <summary>What a run finds in its environment of a parent's values: each as <c>PLATFORM_INPUT_name</c> and as <c>PLATFORM_INPUT_parent_name</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Inputs(string parent, ValueMap<string> output)
    {
        var prefix = new string([.. parent.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        foreach (var (name, value) in output)
        {
            yield return new($"PLATFORM_INPUT_{name}", value);
            yield return new($"PLATFORM_INPUT_{prefix}_{name}", value);
        }
    }

    private static bool IsName(string name) => (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
