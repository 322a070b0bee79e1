using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>
/// Tells the supervisors of tasks that an agent is there: a named pipe of the work directory that it has open and locked. The kernel tells them when it
/// is gone, however it went; from then on they rotate the output of their tasks, until there is one again.
/// </summary>
internal sealed class AgentPresence : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly int _descriptor;

    private AgentPresence(int descriptor, string path) => (_descriptor, Path) = (descriptor, path);

    /// <summary>The pipe.</summary>
    public string Path { get; }

    /// <summary>Opens and locks it, once the rotations that are under way are over: no supervisor begins another. Takes milliseconds.</summary>
    /// <returns>Null: the file system of the work directory has no pipes, so that nobody rotates while no agent is there.</returns>
    public static AgentPresence? Announce(WorkDirectory work, ILogger logger)
    {
        const uint OwnerOnly = 0b110_000_000;
        var path = System.IO.Path.Combine(work.Root, "present");
        var made = Libc.MakePipe(path, OwnerOnly) == 0 ? 0 : Marshal.GetLastPInvokeError();
        // Open for reading too, since otherwise it would have to wait for a reader.
        var descriptor = made is 0 or Libc.Eexist ? Libc.Open(path, Libc.ReadAndWrite | Libc.NonBlocking | Libc.CloseOnExec, 0) : -1;
        if (descriptor < 0)
        {
            logger.LogWarning("{Path} cannot be opened, so the output of tasks will not be rotated while no agent is there: {Reason}", path, Libc.Describe(made is 0 or Libc.Eexist ? Marshal.GetLastPInvokeError() : made));
            return null;
        }
        for (var waited = TimeSpan.Zero; Libc.Lock(descriptor, Libc.LockExclusive | Libc.LockNonBlocking) != 0; waited += Pause)
        {
            if (waited > Patience)
            {
                logger.LogWarning("Another process has {Path} locked for half a minute; the agent goes on", path);
                break;
            }
            Thread.Sleep(Pause);
        }
        return new(descriptor, path);
    }

    public void Dispose() => _ = Libc.Close(_descriptor);
}
