using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>The ports of a task on this machine, which are not the agent's alone: any program may have one of them.</summary>
internal static class TaskPorts
{
    private const string Tcp = "tcp";

    /// <summary>Why a task could not use a port that it is given, for people; null: it can use them all.</summary>
    public static string? Obstacle(TaskSpec spec)
    {
        foreach (var number in spec.Resources.Ports.Numbers())
        {
            var port = (int)number;
            var protocols = spec.Ports.Where(one => one.HostPort == port).Select(one => one.Protocol).ToList();
            if (ListeningSockets.IsTaken(port, protocols.Count == 0 ? Tcp : string.Join(',', protocols)))
                return $"Port {port} is in use by {ListeningSockets.HolderOf(port) ?? "a program"} that is no task of this agent";
        }
        return null;
    }
}
