using System.Text;
using Platform.Agent.Processes;

namespace Platform.Testing;

/// <summary>The folder of one platform. What runs out of it at the end is killed, and it is removed.</summary>
internal sealed class WorkFolder : IDisposable
{
    // What was killed ends in its own time.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal string Path { get; } = Directory.CreateTempSubdirectory("platform-test-").FullName;

    public void Dispose()
    {
        for (var until = DateTime.UtcNow + Limit; ; Thread.Yield())
        {
            KillWhatRunsInside();
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
                // A supervisor wrote down how its task ended; it is tried again.
            }
        }
    }

    // Tasks are meant to outlive their agent. They have the folder in their environment, and their supervisors among their arguments.
    private void KillWhatRunsInside()
    {
        var mark = Encoding.UTF8.GetBytes(Path + "/");
        foreach (var process in ProcessTable.ReadAll().Where(one => one.Pid != Environment.ProcessId && one.State is not ('Z' or 'X') && IsMarked(one.Pid, mark)))
            _ = Libc.Kill(process.Pid, Libc.SigKill);
    }

    private static bool IsMarked(int pid, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(mark) >= 0 || File.ReadAllBytes($"/proc/{pid}/cmdline").AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
