using System.CommandLine;
using Platform.Client;
using Platform.Client.Deployments;
using Platform.Host.Output;

namespace Platform.Host.Commands;

/// <summary>What the commands that talk to a control plane have in common: the client, the output, the errors.</summary>
internal static class ClientCommand
{
    internal delegate Task<int> Body(IPlatformClient client, Terminal terminal, CancellationToken cancellationToken);

    /// <summary>Makes the command's action: runs the body, and tells what went wrong as an error line and an exit code.</summary>
    internal static void Run(this Command command, Func<ParseResult, Body> body) => command.SetAction((result, cancellationToken) =>
        RunAsync(result, body(result), cancellationToken));

    private static async Task<int> RunAsync(ParseResult result, Body body, CancellationToken cancellationToken)
    {
        var terminal = new Terminal(result.GetValue(GlobalOptions.Json), Console.Out, Console.Error);
        if (GlobalOptions.UrlOf(result) is not { } url)
        {
            terminal.Error($"${GlobalOptions.UrlVariable} is not an http or https address: {Environment.GetEnvironmentVariable(GlobalOptions.UrlVariable)}");
            return ExitCodes.Usage;
        }

        using var client = new PlatformClient(new PlatformClientOptions { Url = url });
        try
        {
            return await body(client, terminal, cancellationToken);
        }
        catch (PlatformException exception)
        {
            terminal.Error(exception);
            return ExitCodes.Of(exception.Error);
        }
        catch (CommandException exception)
        {
            terminal.Error(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Failed;
        }
    }

    /// <summary>Says that a deployment was started, and waits for its end if asked to.</summary>
    internal static async Task<int> DeployedAsync(
        this Terminal terminal, DeploymentHandle deployment, string what, bool wait, CancellationToken cancellationToken)
    {
        if (!wait)
        {
            terminal.Deployment(deployment, what, null);
            return ExitCodes.Ok;
        }

        if (!terminal.IsJson)
            terminal.Line($"{what}: deployment {deployment.Id} is running ...");
        var outcome = await deployment.WaitAsync(cancellationToken);
        terminal.Deployment(deployment, what, outcome);
        return outcome.Succeeded == false ? ExitCodes.Failed : ExitCodes.Ok;
    }
}
