using System.CommandLine;
using System.Text.Json.Nodes;

namespace Platform.Cli.Commands;

/// <summary><c>platform status</c>: the whole at a glance.</summary>
internal static class StatusCommand
{
    internal static Command Build()
    {
        var command = new Command("status", "Shows the control plane, its agents, apps and deployments at a glance.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var info = await client.GetInfoAsync(cancellationToken);
            var apps = await client.Apps.ListAsync(null, cancellationToken);
            var pods = await client.Pods.ListAsync(cancellationToken);
            var stable = pods.Sum(pod => pod.Instances.Count(instance => instance.Status == "STABLE"));
            var agents = await client.Agents.ListAsync(cancellationToken);
            var deployments = await client.Deployments.ListAsync(cancellationToken);
            var (running, wanted) = (apps.Sum(app => app.TasksRunning), apps.Sum(app => app.Instances));
            if (terminal.IsJson)
            {
                terminal.Json(new JsonObject
                {
                    ["url"] = client.Url.ToString(),
                    ["version"] = info["version"]?.DeepClone(),
                    ["agents"] = agents.Count,
                    ["agentsActive"] = agents.Count(agent => agent.Condition == "Active"),
                    ["apps"] = apps.Count,
                    ["pods"] = pods.Count,
                    ["podInstancesStable"] = stable,
                    ["instancesRunning"] = running,
                    ["instancesWanted"] = wanted,
                    ["deployments"] = deployments.Count,
                });
                return ExitCodes.Ok;
            }

            terminal.Line($"control plane  {client.Url} (version {info["version"]})");
            terminal.Line($"agents         {agents.Count}{string.Concat(agents.GroupBy(agent => agent.Condition).Select(group => $", {group.Count()} {group.Key.ToLowerInvariant()}"))}");
            terminal.Line($"apps           {apps.Count} with {running} of {wanted} instances running");
            terminal.Line($"pods           {pods.Count} with {stable} of {pods.Sum(pod => pod.Spec.Scaling.Instances)} instances stable");
            terminal.Line($"deployments    {deployments.Count} running");
            return ExitCodes.Ok;
        });
        return command;
    }
}
