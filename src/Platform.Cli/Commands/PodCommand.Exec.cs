using System.CommandLine;

namespace Platform.Cli.Commands;

/// <content>Commands beside containers.</content>
internal static partial class PodCommand
{
    private static Command Exec()
    {
        var id = Id();
        var container = new Option<string?>("--container", "-c") { Description = "The container. Default: the first of the definition.", HelpName = "CONTAINER" };
        var instance = new Option<string?>("--instance") { Description = "The instance. Default: the one that came last into its state.", HelpName = "INSTANCE" };
        var exec = new ExecCommand("Runs a command beside a running container of a pod, and exits with its status.", id, container, instance);
        exec.Command.Run(result => async (client, _, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var chosen = Choose(await pod.GetAsync(cancellationToken), result.GetValue(instance), result.GetValue(container));
            return await exec.RunAsync(result, client.Agents.Get(chosen.AgentId), chosen.TaskId, cancellationToken);
        });
        return exec.Command;
    }
}
