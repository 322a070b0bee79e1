using System.CommandLine;
using System.CommandLine.Parsing;
using Platform.Cli.Output;
using Platform.Client;
using Platform.Client.Deployments;

namespace Platform.Cli.Commands;

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

        ClusterTrust? trust;
        try
        {
            trust = GlobalOptions.TrustOf(result, url);
        }
        catch (CommandException exception)
        {
            terminal.Error(exception.Message);
            return exception.ExitCode;
        }

        using var client = new PlatformClient(new PlatformClientOptions { Url = url, Token = Logins.Find(url), Trust = trust });
        try
        {
            await Logins.RenewAsync(client, cancellationToken);
            return await body(client, terminal, cancellationToken);
        }
        catch (PlatformException exception)
        {
            terminal.Error(exception);
            if (exception.Error == PlatformError.NotFound && await OtherKindAsync(client, result, cancellationToken) is { } hint)
                terminal.Error(hint);
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

    /// <summary>Where to look if what was taken for an app is a pod, or the other way round; null if it is neither.</summary>
    private static async Task<string?> OtherKindAsync(PlatformClient client, ParseResult result, CancellationToken cancellationToken)
    {
        var kind = (result.CommandResult.Parent as CommandResult)?.Command.Name;
        var id = result.CommandResult.Children.OfType<ArgumentResult>().FirstOrDefault(argument => argument.Argument.Name == "ID") is { Tokens: [var token, ..] } ? token.Value : null;
        if (kind is not ("app" or "pod") || string.IsNullOrEmpty(id))
            return null;
        try
        {
            if (kind == "app")
                await client.Pods.Get(id).GetDefinitionAsync(null, cancellationToken);
            else
                await client.Apps.Get(id).GetAsync(cancellationToken);
        }
        catch (PlatformException)
        {
            return null;
        }
        var other = kind == "app" ? "pod" : "app";
        return $"there is {(other == "app" ? "an app" : "a pod")} with this id: './platform {other} show {id}' shows it";
    }

    /// <summary>Says that a deployment was started, and waits for its end if asked to.</summary>
    internal static async Task<int> DeployedAsync(
        this Terminal terminal, IPlatformClient client, DeploymentHandle deployment, string what, bool wait, CancellationToken cancellationToken)
    {
        if (!wait)
        {
            terminal.Deployment(deployment, what, null);
            return ExitCodes.Ok;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = Task.CompletedTask;
        if (!terminal.IsJson)
        {
            terminal.Line($"{what}: deployment {deployment.Id} is running ...");
            telling = new DeploymentProgress(client, terminal, deployment).TellAsync(waiting.Token);
        }

        var outcome = await deployment.WaitAsync(cancellationToken);
        await waiting.CancelAsync();
        await telling;
        terminal.Deployment(deployment, what, outcome);
        return outcome.Succeeded == false ? ExitCodes.Failed : ExitCodes.Ok;
    }
}
