using System.Security.Cryptography;
using System.Text;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>By what containers of this agent are known to the engine.</summary>
internal static class ContainerNames
{
    /// <summary>The label with the id of the agent.</summary>
    public const string AgentLabel = "platform.agent";

    /// <summary>The label with the id of the task.</summary>
    public const string TaskLabel = "platform.task";

    /// <summary>The label with the id of the group that a task is of.</summary>
    public const string GroupLabel = "platform.group";

    /// <summary>The name of a task's container: the engine gives a name to one container only, so that no start is done twice.</summary>
    public static string Of(string agentId, string taskId)
    {
        const int Longest = 150;
        var text = new StringBuilder("platform-").Append(agentId.AsSpan(0, Math.Min(8, agentId.Length))).Append('-');
        var begin = text.Length;
        foreach (var c in taskId)
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_');
        if (text.Length <= Longest && text.ToString(begin, text.Length - begin) == taskId)
            return text.ToString();
        // What was changed or cut is told apart by a hash.
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(taskId)), 0, 8);
        return $"{text.ToString(0, Math.Min(text.Length, Longest))}-{hash}";
    }
}
