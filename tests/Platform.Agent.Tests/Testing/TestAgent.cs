using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core;

namespace Platform.Agent.Tests.Testing;

/// <summary>A real agent in this process, with a work directory that can outlive it. What its tasks leave is killed at the end.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
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

    public static Resources Resources { get; } = Resources.Parse("cpus:64;mem:65536;disk:65536;ports:[31000-31999]");

    public static AgentOptions Options(TestMaster master, TestFolder folder) => new()
    {
        WorkDirectory = folder.File("work"),
        Masters = [master.Address],
        Name = "test",
        Resources = Resources,
        CgroupRoot = "platform-test",
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

    /// <summary>Kills what the tasks of a work directory have left.</summary>
    public static void KillTasks(string work)
    {
        if (!Directory.Exists(Path.Combine(work, "tasks")))
            return;
        foreach (var status in Directory.EnumerateFiles(Path.Combine(work, "tasks"), "status", SearchOption.AllDirectories))
        {
            var known = ShimStatus.Parse(File.ReadAllText(status));
            foreach (var process in new[] { known.Task, known.Shim }.OfType<ProcessIdentity>().Where(p => p.IsAlive))
            {
                _ = Libc.Kill(-process.Pid, Libc.SigKill);
                _ = Libc.Kill(process.Pid, Libc.SigKill);
            }
        }
    }
}
