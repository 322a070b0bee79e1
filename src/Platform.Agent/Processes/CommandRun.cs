using System.ComponentModel;
using Platform.Agent.Tasks;

namespace Platform.Agent.Processes;

/// <summary>A short command beside a task, in its folder, environment and cgroups: a check or a hook. A child of the agent that dies with its time.</summary>
internal sealed class CommandRun(ProcessWatcher watcher)
{
    /// <summary>Joins the cgroups, enters the folder, becomes the command.</summary>
    private const string Prelude =
        "n=$1; shift; while [ $n -gt 0 ]; do echo 0 >\"$1\" 2>/dev/null; shift; n=$((n - 1)); done; cd \"$1\" || exit 126; shift; exec \"$@\"";

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>NAME=VALUE.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>The working directory.</summary>
    public required string Folder { get; init; }

    /// <summary>The user to run as; null: the agent's own.</summary>
    public UserAccount? User { get; init; }

    /// <summary>Whom its terminal and its pipes are to belong to: the user, as the machine counts it. Null: the agent's own.</summary>
    public UserAccount? Owner { get; init; }

    /// <summary>The cgroup.procs files to join.</summary>
    public IReadOnlyList<string> JoinFiles { get; init; } = [];

    /// <summary>A program that switches to the user, and sets the command apart as its task is, before it becomes the command; empty: nothing sets it apart.</summary>
    public IReadOnlyList<string> Enter { get; init; } = [];

    /// <summary>Starts it as the leader of a session and returns its process id; a child of this process.</summary>
    /// <param name="streams">Its standard streams; null: /dev/null.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public int Start(StandardStreams? streams)
    {
        List<string> arguments = ["sh", "-c", Prelude, "command", $"{JoinFiles.Count}", .. JoinFiles, Folder];
        arguments.AddRange(Enter);
        if (User is not null && Enter.Count == 0)
            arguments.AddRange(["/usr/bin/setpriv", "--reuid", $"{User.Uid}", "--regid", $"{User.Gid}", "--groups", string.Join(',', User.Groups), "--"]);
        var (harmless, obeyed) = ObeyedVariables.Split(Environment);
        arguments.AddRange(ObeyedVariables.Set(obeyed, Command));
        return ProcessSpawner.Start("/bin/sh", arguments, harmless, streams, []);
    }

    /// <summary>Runs it to its end and returns its exit status; null if it was ended by a signal, could not be started, or was cancelled and killed.</summary>
    public async Task<int?> RunAsync(CancellationToken cancellation)
    {
        int pid;
        try
        {
            pid = Start(null);
        }
        catch (Win32Exception)
        {
            return null;
        }
        var exit = watcher.WaitForExitAsync(pid);
        // The child is not reaped before the watcher has completed, so its id cannot belong to another process yet.
        await using (cancellation.Register(() =>
        {
            if (!exit.IsCompleted)
                _ = Libc.Kill(-pid, Libc.SigKill);
        }))
        {
            var status = await exit.ConfigureAwait(false);
            return status is { } wait && (wait & 0x7f) == 0 ? (wait >> 8) & 0xff : null;
        }
    }
}
