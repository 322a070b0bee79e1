using System.CommandLine;

namespace Platform.Cli.Commands;

/// <summary><c>platform app</c>: everything about apps.</summary>
internal static partial class AppCommand
{
    internal static Command Build() => new("app", "Submits, shows, changes and removes apps.")
    {
        Add(),
        List(),
        Show(),
        Update(),
        Scale(),
        Restart(),
        Promote(),
        Stop(),
        Remove(),
        Versions(),
        Rollback(),
        Tasks(),
        Logs(),
        Exec(),
        Kill(),
        Why(),
    };
}
