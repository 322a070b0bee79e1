using System.CommandLine;

namespace Platform.Cli.Commands;

/// <summary><c>platform pod</c>: everything about pods.</summary>
internal static partial class PodCommand
{
    internal static Command Build() => new("pod", "Submits, shows, changes and removes pods.")
    {
        Add(),
        List(),
        Show(),
        Update(),
        Scale(),
        Restart(),
        Promote(),
        Remove(),
        Versions(),
        Rollback(),
        Logs(),
        Exec(),
        Kill(),
        Why(),
    };

    private static Argument<string> Id() => NameArgument.OfPath("ID", "The pod's path, such as /shop/web.");
}
