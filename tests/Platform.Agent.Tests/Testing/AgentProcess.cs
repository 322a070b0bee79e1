using System.Diagnostics;
using System.Runtime.InteropServices;
using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>An agent in a process of its own, that can be killed. What its tasks leave is ended when it is disposed of.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _work;

    private AgentProcess(Process process, string work) => (_process, _work) = (process, work);

    /// <param name="master">Its control plane.</param>
    /// <param name="folder">Where its work directory is.</param>
    /// <param name="engine">Its engine; null: none.</param>
    /// <param name="more">Further arguments.</param>
    public static AgentProcess Start(TestMaster master, TestFolder folder, TestEngine? engine, params string[] more) => Start(master, folder, engine, [], more);

    /// <summary>The same by a program that becomes the agent.</summary>
    public static AgentProcess Start(TestMaster master, TestFolder folder, TestEngine? engine, string[] by, string[] more)
    {
        var work = folder.File("work");
        string[] command = [.. by, Path.Combine(AppContext.BaseDirectory, "platform")];
        var start = new ProcessStartInfo(command[0],
        [
            .. command[1..], "agent", "--master", master.Address.OriginalString.TrimEnd('/'), "--work-dir", work, "--name", "test", "--hostname", "127.0.0.1",
            "--resources", $"{TestAgent.Resources}", "--docker", engine?.Endpoint.OriginalString ?? "none",
            .. more.Contains("--cgroup-root") ? [] : new[] { "--cgroup-root", "platform-test" }, .. more,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The runtime that runs the tests is the one that runs the agent: .../shared/Microsoft.NETCore.App/VERSION/
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process, work);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().BeforeDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Libc.Kill(_process.Id, Libc.SigTerm);
            await _process.WaitForExitAsync().BeforeDeadline();
            TestAgent.KillTasks(_work);
        }
        _process.Dispose();
    }
}
