using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Platform.Cli.Commands;

/// <summary>What is wrong with a command line, in words of the user and not of the program.</summary>
internal static partial class ParseProblem
{
    /// <summary>The parser tells of a value that does not fit by the name of the type that it should have had.</summary>
    internal static string Of(ParseError error)
    {
        if (OfType().Match(error.Message) is not { Success: true } match)
            return error.Message;
        var (text, type) = (match.Groups["text"].Value, match.Groups["type"].Value);
        var place = error.SymbolResult switch
        {
            OptionResult option => option.Option.Name + " ",
            ArgumentResult argument => argument.Argument.Name + " ",
            _ => "",
        };
        return $"{place}'{text}' is not {KindOf(type, text)}";
    }

    private static string KindOf(string type, string text) => type switch
    {
        _ when type.Contains("Int32", StringComparison.Ordinal) || type.Contains("Int64", StringComparison.Ordinal) =>
            text.Length > 0 && text.TrimStart('-').All(char.IsAsciiDigit) ? "a number that fits here: it is too large" : "a whole number",
        _ when type.Contains("Double", StringComparison.Ordinal) => "a number",
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("LogLevel", StringComparison.Ordinal) => "one of " + string.Join(", ", Enum.GetNames<LogLevel>().Select(name => name.ToLowerInvariant())),
        _ => "a value that it takes",
    };

    [GeneratedRegex("^Cannot parse argument '(?<text>.*)' for .* as expected type '(?<type>.*)'", RegexOptions.Singleline)]
    private static partial Regex OfType();
}
