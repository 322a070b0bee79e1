using System.CommandLine;
using System.CommandLine.Parsing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Platform.Cli.Commands;

/// <summary>
/// Options of a server that are not on its command line come from the environment, and what is not there from a settings file. What was found is
/// put on the command line, so that everything is checked by the same rules, and every problem is told at once.
/// </summary>
/// <remarks>
/// <c>--dns-port 53</c> is <c>PLATFORM_DNS_PORT=53</c> in the environment and <c>dns-port: 53</c> in the file, which is YAML or JSON. A switch is
/// true or false; an option that may be given several times is a list, in the environment with commas. The file is named by <c>--settings</c> or
/// <c>PLATFORM_SETTINGS</c>. A name in it that is no option is a problem; a variable that is none belongs to somebody else.
/// </remarks>
internal static class SettingsSources
{
    /// <summary>The option that names the file.</summary>
    internal const string FileOption = "--settings";

    private const string Prefix = "PLATFORM_";

    /// <summary>Options that are about one call and not about a server.</summary>
    private static readonly HashSet<string> NotSettings = ["--help", "--url", "--json", FileOption];

    /// <summary>Makes a command take a settings file.</summary>
    internal static void AddTo(Command command) => command.Add(new Option<string?>(FileOption)
    {
        Description = "A file with options that are not given here, YAML or JSON: 'port: 5050'. Default: $PLATFORM_SETTINGS. The environment comes before it: PLATFORM_PORT=5050.",
        HelpName = "FILE",
    });

    /// <summary>The command line with what the environment and the file add to it.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="args">What was typed.</param>
    /// <param name="variable">A variable of the environment; null or empty: it is not set.</param>
    /// <param name="problems">What is wrong with the file, each with its line.</param>
    internal static string[] Complete(RootCommand root, string[] args, Func<string, string?> variable, List<string> problems)
    {
        var typed = root.Parse(args);
        if (typed.CommandResult.Command is not { } command || !command.Options.Any(option => option.Name == FileOption) || typed.Tokens.Any(token => token.Value is "--help" or "-h" or "-?"))
            return args;
        var options = command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => !NotSettings.Contains(option.Name) && !option.Hidden).ToList();
        var file = typed.GetResult(FileOption) is OptionResult { Tokens: [{ Value: var named }] } ? named : variable(Prefix + "SETTINGS");
        var inFile = string.IsNullOrEmpty(file) ? [] : Read(file, options, problems);
        var added = new List<string>(args);
        foreach (var option in options)
        {
            if (typed.GetResult(option) is { Implicit: false })
                continue;
            if (variable(VariableOf(option.Name)) is { Length: > 0 } value)
                Add(added, option, IsList(option) ? value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [value]);
            else if (inFile.TryGetValue(option, out var values))
                Add(added, option, values);
        }
        return [.. added];
    }

    /// <summary>The variable that an option is read from.</summary>
    internal static string VariableOf(string option) => Prefix + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static bool IsList(Option option) => option.Arity.MaximumNumberOfValues > 1;

    private static void Add(List<string> args, Option option, IReadOnlyList<string> values)
    {
        foreach (var value in values)
            args.Add($"{option.Name}={value}");
    }

    private static Dictionary<Option, IReadOnlyList<string>> Read(string file, List<Option> options, List<string> problems)
    {
        var found = new Dictionary<Option, IReadOnlyList<string>>();
        var yaml = new YamlStream();
        try
        {
            using var text = File.OpenText(file);
            yaml.Load(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or YamlException)
        {
            problems.Add(exception is YamlException broken ? $"{file}:{broken.Start.Line}: {broken.InnerException?.Message ?? broken.Message}" : $"{FileOption} {file} cannot be read: {exception.Message}");
            return found;
        }
        if (yaml.Documents is [])
            return found;
        if (yaml.Documents is not [{ RootNode: YamlMappingNode settings }])
        {
            problems.Add($"{file}: must be one mapping of options to values, such as 'port: 5050'");
            return found;
        }
        foreach (var (key, value) in settings.Children)
        {
            var at = $"{file}:{key.Start.Line}";
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (options.Find(option => option.Name == "--" + name || option.Aliases.Contains("--" + name)) is not { } option)
            {
                problems.Add($"{at}: '{name}' is no option of this command{Meant(name, options)}");
                continue;
            }
            IReadOnlyList<string>? values = value switch
            {
                YamlScalarNode scalar => [scalar.Value ?? ""],
                YamlSequenceNode list when IsList(option) && list.All(item => item is YamlScalarNode) => [.. list.Select(item => ((YamlScalarNode)item).Value ?? "")],
                _ => null,
            };
            if (values is null)
                problems.Add($"{at}: {name} must be {(IsList(option) ? "a value or a list of values" : "one value")}");
            else
                found[option] = values;
        }
        return found;
    }

    private static string Meant(string name, List<Option> options) =>
        PassedOver.Closest(name, options.Select(option => option.Name[2..])) is { } close ? $"; '{close}' may be meant" : "";
}
