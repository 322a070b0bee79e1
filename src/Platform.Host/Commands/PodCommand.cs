using System.CommandLine;

namespace Platform.Host.Commands;

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
        Remove(),
        Versions(),
        Rollback(),
        Logs(),
        Kill(),
        Why(),
    };

    private static Argument<string> Id() => NameArgument.Of("ID", "The pod's path, such as /shop/web.");
}
