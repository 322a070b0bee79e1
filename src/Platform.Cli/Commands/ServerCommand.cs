using System.CommandLine;

namespace Platform.Cli.Commands;

/// <summary>What the commands that run a server have in common.</summary>
internal static class ServerCommand
{
    /// <summary>Makes the command's action; a <see cref="CommandException"/> becomes an error line and an exit code.</summary>
    internal static void Serve(this Command command, Func<ParseResult, CancellationToken, Task<int>> body) => command.SetAction(async (result, cancellationToken) =>
    {
        try
        {
            return await body(result, cancellationToken);
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync("platform: " + exception.Message);
            return exception.ExitCode;
        }
    });
}
