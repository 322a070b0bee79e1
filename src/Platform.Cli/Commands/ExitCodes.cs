using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary>What scripts can tell from the exit status. Documented in docs/operations.md.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Ok = 0;

    /// <summary>Refused, failed or invalid.</summary>
    internal const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>What was named does not exist.</summary>
    internal const int NotFound = 3;

    /// <summary>The control plane, or the agent that has what was asked for, cannot be reached.</summary>
    internal const int ServerAway = 4;

    /// <summary>A running deployment or an existing thing is in the way.</summary>
    internal const int Conflict = 5;

    /// <summary>A server cannot start: data directory, port, database.</summary>
    internal const int CannotStart = 6;

    internal static int Of(PlatformError error) => error switch
    {
        PlatformError.NotFound => NotFound,
        PlatformError.Unavailable => ServerAway,
        PlatformError.Conflict => Conflict,
        _ => Failed,
    };
}
