using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>
/// Held by whoever may still begin a task of a work directory: the agent, and each supervisor until it has written down that it
/// began. It belongs to an open file that they share, so it is free once the last of them is gone, however they went. An agent that
/// has it knows that nothing which an earlier run of it started is on its way: what began is written down, and the rest never will.
/// </summary>
internal sealed class StartLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private StartLock(int descriptor) => Descriptor = descriptor;

    /// <summary>The open file. A process that inherits it has the lock until it closes it or ends.</summary>
    public int Descriptor { get; }

    /// <summary>Takes it, once the starts that an earlier run of the agent began are over. That takes milliseconds.</summary>
    /// <exception cref="AgentStartException">They are not over after half a minute.</exception>
    public static StartLock Take(WorkDirectory work)
    {
        var path = Path.Combine(work.Root, "starts.lock");
        var descriptor = Libc.Open(path, Libc.ReadAndWrite | Libc.CreateFile | Libc.CloseOnExec, 0b110_000_000);
        if (descriptor < 0)
            throw new AgentStartException($"The work directory {work.Root} cannot be used: {path} cannot be opened. Choose a folder that this user can write to with --work-dir.");
        var waited = TimeSpan.Zero;
        while (Libc.Lock(descriptor, Libc.LockExclusive | Libc.LockNonBlocking) != 0)
        {
            if (waited > Patience)
            {
                _ = Libc.Close(descriptor);
                throw new AgentStartException(
                    $"A start that an earlier run of this agent began is still under way: a process has {path} open. 'fuser {path}' tells which; end it and start again.");
            }
            Thread.Sleep(Pause);
            waited += Pause;
        }
        return new StartLock(descriptor);
    }

    public void Dispose() => _ = Libc.Close(Descriptor);
}
