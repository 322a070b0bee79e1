using System.CommandLine;
using Platform.Client.Apps;

namespace Platform.Cli.Commands;

/// <summary>Arguments and options that several commands about apps share.</summary>
internal static class AppOptions
{
    internal static Argument<string> Id() => NameArgument.OfPath("ID", "The app's path, such as /shop/web.");

    internal static Argument<string> File(string of = "A definition") => new("FILE") { Description = $"{of} in JSON; - reads standard input." };

    internal static Option<bool> Wait() => new("--wait", "-w") { Description = "Wait until the deployment has ended." };

    internal static Option<bool> Force(string? description = null) => new("--force") { Description = description ?? "Cancel running deployments that are in the way." };

    internal static ChangeOptions Change(bool force) => new() { Force = force };
}
