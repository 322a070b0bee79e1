using System.Net;
using Platform.Agent.Security;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>The environment of a task: what its specification says, and what only the agent knows.</summary>
internal static class TaskEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The mark by which a task's processes can be recognised.</summary>
    public static string Mark(string taskId) => "MESOS_TASK_ID=" + taskId;

    /// <summary>The variable that names a server of DNS, <c>address:port</c>.</summary>
    public const string Dns = "PLATFORM_DNS";

    /// <summary>NAME=VALUE of all variables. The specification wins over the agent, but for the sandbox and the task's id.</summary>
    public static List<string> Of(TaskSpec spec, string sandbox, string host, string? path, string? home, IPEndPoint? dns, string identities)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = string.IsNullOrEmpty(path) ? DefaultPath : path,
            ["HOST"] = host,
        };
        if (spec.Tty)
            variables["TERM"] = "xterm";
        if (home is not null)
            variables["HOME"] = home;
        if (dns is not null)
            variables[Dns] = dns.ToString();
        foreach (var (name, value) in spec.Environment)
            variables[name] = value;
        foreach (var (name, value) in spec.SecretEnvironment)
            variables[name] = value.Value;
        variables["MESOS_SANDBOX"] = sandbox;
        variables["MESOS_DIRECTORY"] = sandbox;
        variables["MESOS_TASK_ID"] = spec.TaskId;
        if (spec.Identity is not null)
        {
            variables[IdentityFiles.TokenVariable] = $"{sandbox}/{IdentityFiles.InSandbox}/{IdentityFiles.Token}";
            // Not by way of the sandbox: the path of a socket is short.
            variables[IdentityFiles.SocketVariable] = $"{identities}/{IdentityFiles.Socket}";
        }
        if (spec.OutputFile is { } output)
            variables[Core.Jobs.RunOutput.Variable] = $"{sandbox}/{output}";
        // A NUL ends a C string: such a variable cannot be passed on.
        return [.. variables.Where(v => v.Key.Length > 0 && !v.Key.Contains('=') && !v.Key.Contains('\0') && !v.Value.Contains('\0'))
            .Select(v => $"{v.Key}={v.Value}")];
    }

    /// <summary>The program and its arguments.</summary>
    public static IReadOnlyList<string> Command(CommandSpec command) =>
        command.Shell is not null ? ["/bin/sh", "-c", command.Shell] : [.. command.Argv];
}
