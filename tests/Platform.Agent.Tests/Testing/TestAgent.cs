using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Processes;
using Platform.Core;

namespace Platform.Agent.Tests.Testing;

/// <summary>A real agent in this process, with a work directory that can outlive it. What its tasks leave is killed at the end.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private const string CgroupRoot = "platform-test";

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private readonly string _work;
    private readonly bool _keepTasks;

    private TestAgent(AgentOptions options, TimeProvider? time, bool keepTasks)
    {
        _work = options.WorkDirectory;
        _keepTasks = keepTasks;
        _run = Task.Run(() => AgentDaemon.RunAsync(options, NullLoggerFactory.Instance, time ?? TimeProvider.System, _stop.Token));
    }

    public static Resources Resources { get; } = Resources.Parse("cpus:64;mem:65536;disk:65536;ports:[21000-21999]");

    public static AgentOptions Options(TestMaster master, TestFolder folder) => new()
    {
        WorkDirectory = folder.File("work"),
        Masters = [master.Address],
        Name = "test",
        Resources = Resources,
        CgroupRoot = CgroupRoot,
        // Tests that need an engine have one of their own.
        Docker = null,
    };

    public static TestAgent Start(AgentOptions options, bool keepTasks = false, TimeProvider? time = null) => new(options, time, keepTasks);

    /// <summary>Ends when the agent ends by itself.</summary>
    public Task Completion => _run;

    /// <summary>Stops the agent; its tasks go on.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.BeforeDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_keepTasks)
            KillTasks(_work);
        _stop.Dispose();
    }

    /// <summary>Kills everything that has the work directory in its environment, and removes the cgroups.</summary>
    internal static void KillTasks(string work)
    {
        var mark = System.Text.Encoding.UTF8.GetBytes($"MESOS_SANDBOX={work}/");
        while (ProcessTable.ReadAll().FindAll(e => e.State is not ('Z' or 'X') && HasInEnvironment(e.Pid, mark)) is { Count: > 0 } left)
        {
            foreach (var process in left)
                _ = Libc.Kill(process.Pid, Libc.SigKill);
        }
        var id = Path.Combine(work, "agent-id");
        if (!File.Exists(id) || !Directory.Exists("/sys/fs/cgroup"))
            return;
        foreach (var hierarchy in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
        {
            var own = Path.Combine(hierarchy, CgroupRoot, File.ReadAllText(id).Trim());
            if (Directory.Exists(own))
                new Agent.Isolation.TaskCgroup { Folders = [own] }.TryRemove();
        }
    }

    private static bool HasInEnvironment(int pid, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
