using System.Text;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;

namespace Platform.Agent.Tasks;

/// <summary>The folder where an agent keeps all that outlives its process. One agent at a time holds its lock.</summary>
internal sealed class WorkDirectory : IDisposable
{
    private static long s_writes;

    private readonly FileStream _lock;

    private WorkDirectory(string path, FileStream lockFile)
    {
        Root = path;
        _lock = lockFile;
        AgentId = LoadOrCreateId();
        BootId = File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";
    }

    /// <summary>Its absolute path.</summary>
    public string Root { get; }

    /// <summary>The id that this agent made at its first start.</summary>
    public string AgentId { get; }

    /// <summary>The kernel's id of the machine's current run: processes of another one are gone.</summary>
    public string BootId { get; }

    /// <summary>What is known of tasks that have not ended, or whose end was not acknowledged: a file each.</summary>
    public string Tasks => Path.Combine(Root, "tasks");

    /// <summary>The same of tasks that are over, until their sandbox is collected.</summary>
    public string Ended => Path.Combine(Root, "ended");

    /// <summary>Sandboxes, a folder for each task.</summary>
    public string Sandboxes => Path.Combine(Root, "sandboxes");

    /// <summary>Persistent volumes, a folder each.</summary>
    public string Volumes => Path.Combine(Root, "volumes");

    /// <summary>What the tasks of a group share as long as one of them is there: a folder for each group.</summary>
    public string Groups => Path.Combine(Root, "groups");

    /// <summary>Fetched files that tasks share.</summary>
    public string Cache => Path.Combine(Root, "cache");

    /// <summary>The journal of status updates.</summary>
    public string Journal => Path.Combine(Root, "updates.log");

    /// <summary>The files that were seen in watched folders, and those that no job has taken yet.</summary>
    public string WatchedFiles => Path.Combine(Root, "watched-files.json");

    /// <summary>The agent's certificate with its key, PEM; only the agent's user can read it.</summary>
    public string Certificate => Path.Combine(Root, "certificate.pem");

    /// <summary>The agent's own copies of programs that it runs tasks with.</summary>
    public string Programs => Path.Combine(Root, "bin");

    /// <summary>Named pipes with what is typed into tasks' terminals; only the agent's user can open them.</summary>
    public string TerminalInputs => Path.Combine(Root, "terminals");

    /// <summary>The pipe of one task.</summary>
    public string TerminalInput(string taskId) => Path.Combine(TerminalInputs, TaskDirectoryName.Of(taskId));

    /// <summary>What is known of one task.</summary>
    public string TaskFile(string taskId) => Path.Combine(Tasks, TaskDirectoryName.Of(taskId));

    /// <summary>What is known of one task that is over.</summary>
    public string EndedFile(string taskId) => Path.Combine(Ended, TaskDirectoryName.Of(taskId));

    /// <summary>The secret files of one task where the machine has no folder in memory for them.</summary>
    public string Secrets(string taskId) => Path.Combine(Root, "secrets", TaskDirectoryName.Of(taskId));

    /// <summary>The sandbox of one task.</summary>
    public string Sandbox(string taskId) => Path.Combine(Sandboxes, TaskDirectoryName.Of(taskId));

    /// <summary>The folder of one persistent volume.</summary>
    public string Volume(string volumeId) => Path.Combine(Volumes, TaskDirectoryName.Of(volumeId));

    /// <summary>What the tasks of one group share.</summary>
    public string GroupFolder(string group) => Path.Combine(Groups, TaskDirectoryName.Of(group));

    /// <summary>Makes the folder if it is missing, and locks it.</summary>
    /// <exception cref="AgentStartException">It is not writable, or another agent has it.</exception>
    public static WorkDirectory Open(string path, ILogger logger)
    {
        path = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
            foreach (var folder in (string[])["tasks", "ended", "sandboxes", "volumes", "groups", "cache", "bin", "terminals"])
                Directory.CreateDirectory(Path.Combine(path, folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"The work directory {path} cannot be used: {e.Message}. Choose a folder that this user can write to with --work-dir.");
        }
        FileStream lockFile;
        try
        {
            lockFile = new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new AgentStartException(
                $"The work directory {path} is in use by another agent ({ReadHolder(path)}), or cannot be locked: {e.Message}. Give each agent its own --work-dir.");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new AgentStartException($"The work directory {path} cannot be used: {e.Message}. Choose a folder that this user can write to with --work-dir.");
        }
        try
        {
            WriteHolder(path, logger);
            return new WorkDirectory(path, lockFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lockFile.Dispose();
            throw new AgentStartException($"The work directory {path} cannot be written: {e.Message}. Make room on its disk, or choose another with --work-dir.");
        }
        catch
        {
            logger.LogError("Could not open {WorkDirectory}", path);
            lockFile.Dispose();
            throw;
        }
    }

    // For who finds the folder in use. An agent that comes back to a full disk has tasks to go on with, and needs no new file for that.
    private static void WriteHolder(string path, ILogger logger)
    {
        try
        {
            WriteAtomically(Path.Combine(path, "pid"), $"{Environment.ProcessId}\n");
        }
        catch (IOException e) when (File.Exists(Path.Combine(path, "agent-id")))
        {
            logger.LogWarning("The work directory {Path} cannot be written now, running tasks go on: {Reason}", path, e.Message);
        }
    }

    /// <summary>
    /// Writes a small file so that a reader, or a start after a crash, sees either the old or the new content. Of several that write one path at
    /// the same time the last one wins: each has a temporary file of its own.
    /// </summary>
    public static void WriteAtomically(string path, string text, bool secret = false, bool toDisk = false, UserAccount? owner = null)
    {
        // A number of this run, so that what a crash has left is written over by the next one.
        var temporary = $"{path}.{Interlocked.Increment(ref s_writes)}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (secret)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                // Otherwise it is as safe as the kernel.
                stream.Flush(toDisk);
            }
            if (owner is not null)
                _ = Libc.ChangeOwner(temporary, owner.Uid, owner.Gid);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    private string LoadOrCreateId()
    {
        var path = Path.Combine(Root, "agent-id");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } known)
            return known;
        var made = Guid.NewGuid().ToString();
        WriteAtomically(path, made + "\n");
        return made;
    }

    private static string ReadHolder(string path)
    {
        try
        {
            return "process " + File.ReadAllText(Path.Combine(path, "pid")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "process unknown";
        }
    }
}
