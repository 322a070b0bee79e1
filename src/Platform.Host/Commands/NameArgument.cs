using System.CommandLine;

namespace Platform.Host.Commands;

/// <summary>An argument that names something. An empty one, as from a shell variable that is not set, names nothing and everything.</summary>
internal static class NameArgument
{
    internal static Argument<string> Of(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{name} must not be empty.");
        });
        return argument;
    }
}
