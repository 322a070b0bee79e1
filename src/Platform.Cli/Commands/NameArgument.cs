using System.CommandLine;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary>An argument that names something. An empty one, as from a shell variable that is not set, would name nothing and everything.</summary>
internal static class NameArgument
{
    internal static Argument<string> Of(string name, string description) => Of(name, description, PlatformNames.ProblemOf);

    /// <summary>The path of an app or a pod.</summary>
    internal static Argument<string> OfPath(string name, string description) => Of(name, description, PlatformNames.ProblemOfPath);

    private static Argument<string> Of(string name, string description, Func<string, string?> problemOf)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (problemOf(token.Value) is { } problem)
                    result.AddError($"{name} must be {char.ToLowerInvariant(description[0])}{description[1..].TrimEnd('.')}: {problem}");
            }
        });
        return argument;
    }
}
