namespace Platform.Cli.Commands;

/// <summary>A command cannot go on: a message for the user and the exit code.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;
}
