using Platform.Cli.Commands;

namespace Platform.Host.Hosting;

/// <summary>Starts a server, waits for SIGTERM or SIGINT, stops it in order, and tells what went wrong.</summary>
internal static class ServerRun
{
    internal static async Task<int> RunAsync(WebApplication app, ControlPlaneSettings settings, Func<WebApplication, IAsyncDisposable?> started)
    {
        await using var disposing = app;
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (StartFailure.Explain(exception, settings) is { } sentence)
        {
            await Console.Error.WriteLineAsync("platform: " + sentence);
            return ExitCodes.CannotStart;
        }

        await using (started(app))
        {
            // The server stops first; what was started after it goes with it.
            await app.WaitForShutdownAsync();
        }

        return ExitCodes.Ok;
    }

    /// <summary>The data directory as an absolute path; made when missing.</summary>
    internal static string PrepareDataDirectory(string path)
    {
        var full = path;
        try
        {
            full = Path.GetFullPath(path);
            Directory.CreateDirectory(full);
            return full;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCodes.CannotStart, $"cannot make the data directory {full} ({exception.Message}); choose another with --data");
        }
    }
}
