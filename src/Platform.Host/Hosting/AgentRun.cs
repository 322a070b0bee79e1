using System.Runtime.InteropServices;
using Platform.Agent;
using Platform.Api.Logging;
using Platform.Cli.Commands;

namespace Platform.Host.Hosting;

/// <summary>Runs an agent in this process until SIGTERM or SIGINT.</summary>
internal static class AgentRun
{
    internal static async Task<int> RunAsync(AgentOptions options, AgentPlaneSettings settings, Action<ILoggingBuilder> logging)
    {
        using var levels = new LogLevels();
        using var loggers = LoggerFactory.Create(builder =>
        {
            logging(builder);
            builder.Services.AddLogLevels(levels);
        });
        options = options with { SetLogLevel = level => levels.Set(LogLevels.Ours, level) };
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            // Simulated agents are on no machine of their own.
            await using var plane = options.Simulate > 0 ? null : await AgentPlane.StartAsync(settings with { Kept = Path.Combine(options.WorkDirectory, "registry.json") }, loggers, logging, TimeProvider.System);
            await AgentDaemon.RunAsync(plane?.Beside(options) ?? options, loggers, stop.Token);
            return ExitCodes.Ok;
        }
        catch (AgentStartException exception)
        {
            throw new CommandException(ExitCodes.CannotStart, exception.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
