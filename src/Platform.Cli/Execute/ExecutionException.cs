namespace Platform.Cli.Execute;

/// <summary>The task could not be run to its end; the message says why.</summary>
internal sealed class ExecutionException(string message) : Exception(message);
