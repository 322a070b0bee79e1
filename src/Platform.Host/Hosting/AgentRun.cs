using System.Runtime.InteropServices;
using Platform.Agent;
using Platform.Cli.Commands;

namespace Platform.Host.Hosting;

/// <summary>Runs an agent in this process until SIGTERM or SIGINT.</summary>
internal static class AgentRun
{
    internal static async Task<int> RunAsync(AgentOptions options, Action<ILoggingBuilder> logging)
    {
        using var loggers = LoggerFactory.Create(logging);
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await AgentDaemon.RunAsync(options, loggers, stop.Token);
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
