using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Security;

/// <summary>Where a task finds who it is: a folder in memory with its token and the agent's socket, which its sandbox shows as <c>.identity</c>.</summary>
/// <remarks>The folder belongs to the agent, so that a task cannot lead the agent's writes elsewhere; a read of the sandbox from outside does not follow the link.</remarks>
internal static class IdentityFiles
{
    /// <summary>The folder's name in the sandbox.</summary>
    public const string InSandbox = ".identity";

    /// <summary>The variable with the path of the token's file.</summary>
    public const string TokenVariable = "PLATFORM_IDENTITY_TOKEN_FILE";

    /// <summary>The variable with the path of the agent's socket.</summary>
    public const string SocketVariable = "PLATFORM_IDENTITY_SOCKET";

    /// <summary>The token's file.</summary>
    public const string Token = "token";

    /// <summary>The agent's socket.</summary>
    public const string Socket = "agent.sock";

    private const string MemoryBacked = "/dev/shm";

    /// <summary>The folder of a task. Short, because the path of a socket has at most 107 characters.</summary>
    public static string FolderOf(string taskId, WorkDirectory work) => Path.Combine(Root(work), NameOf(taskId));

    /// <summary>Makes the folder. Idempotent.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static string Make(TaskSpec spec, WorkDirectory work)
    {
        var folder = FolderOf(spec.TaskId, work);
        Directory.CreateDirectory(Root(work), (UnixFileMode)0b111_001_001);
        Directory.CreateDirectory(folder);
        // Whatever the agent's mask is: the task's user has to get in.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    /// <summary>Puts a token in the place of the one before, for one user alone. A reader sees either of them.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(TaskSpec spec, string token, WorkDirectory work, UserAccount? owner)
    {
        var file = Path.Combine(FolderOf(spec.TaskId, work), Token);
        var temporary = file + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var stream = new FileStream(temporary, options))
            stream.Write(Encoding.ASCII.GetBytes(token));
        if (owner is not null)
            _ = Libc.ChangeOwner(temporary, owner.Uid, owner.Gid);
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>When the token that an earlier run of the agent has written was signed and when it ends; null: there is none that could be read.</summary>
    public static (DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)? Read(string taskId, WorkDirectory work)
    {
        try
        {
            if (File.ReadAllText(Path.Combine(FolderOf(taskId, work), Token)).Split('.') is not [_, var claims, _])
                return null;
            var text = claims.Replace('-', '+').Replace('_', '/');
            using var json = JsonDocument.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
            return (DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("iat").GetInt64()), DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("exp").GetInt64()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Removes all of a task.</summary>
    public static void Remove(string taskId, WorkDirectory work)
    {
        var folder = FolderOf(taskId, work);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Removes what is of none of these tasks, as after a crash.</summary>
    public static void RemoveOthers(IEnumerable<string> taskIds, WorkDirectory work)
    {
        if (!Directory.Exists(Root(work)))
            return;
        var kept = taskIds.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(Root(work)).Where(folder => !kept.Contains(Path.GetFileName(folder))).ToList())
            Directory.Delete(folder, recursive: true);
    }

    private static string Root(WorkDirectory work) => Directory.Exists(MemoryBacked) ? Path.Combine(MemoryBacked, "platform-id-" + work.AgentId) : Path.Combine(work.Root, "identities");

    private static string NameOf(string taskId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(taskId)), 0, 8);
}
