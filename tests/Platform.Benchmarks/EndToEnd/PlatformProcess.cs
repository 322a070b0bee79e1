using System.Diagnostics;
using System.Runtime.InteropServices;
using Platform.Client;

namespace Platform.Benchmarks.EndToEnd;

/// <summary>A control plane and an agent, each a process of its own, in a folder that is removed at the end.</summary>
internal sealed class PlatformProcess : IAsyncDisposable
{
    private readonly List<Process> processes = [];
    private readonly string directory;

    private PlatformProcess(string parent) => directory = Directory.CreateDirectory(Path.Combine(parent, $"platform-benchmark-{Environment.ProcessId}")).FullName;

    internal PlatformClient Client { get; private set; } = null!;

    /// <summary>What the control plane has spent since it was started.</summary>
    internal TimeSpan ServerProcessorTime
    {
        get
        {
            processes[0].Refresh();
            return processes[0].TotalProcessorTime;
        }
    }

    /// <param name="parent">Where its folder is made.</param>
    /// <param name="simulate">So many simulated agents instead of a real one; 0: a real one.</param>
    /// <param name="resources">What an agent has.</param>
    internal static async Task<PlatformProcess> StartAsync(string parent, int simulate = 0, string resources = "cpus:1000;mem:100000;disk:100000;ports:[31000-32000]")
    {
        var platform = new PlatformProcess(parent);
        var server = platform.Start("dev", "--agents", "0", "--port", "0", "--data", Path.Combine(platform.directory, "data"), "--log-level", "warning");
        string? line;
        do
            line = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the control plane did not start");
        while (!line.Contains("listens on", StringComparison.Ordinal));
        _ = server.StandardOutput.ReadToEndAsync();
        var url = line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ')[0];
        platform.Client = new PlatformClient(new PlatformClientOptions { Url = new Uri(url) });
        var agent = platform.Start(
            ["agent", "--master", url, "--work-dir", Path.Combine(platform.directory, "agent"), "--log-level", "warning", "--resources", resources,
                .. simulate > 0 ? ["--simulate", $"{simulate}"] : (string[])[]]);
        _ = agent.StandardOutput.ReadToEndAsync();
        return platform;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var process in processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        KillTasks();
        Directory.Delete(directory, recursive: true);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "platform"), arguments) { RedirectStandardOutput = true, WorkingDirectory = directory };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var process = Process.Start(start)!;
        processes.Add(process);
        return process;
    }

    // Tasks outlive their agent: they are known by the folder that they work in.
    private void KillTasks()
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var process in Process.GetProcesses())
            {
                using (process)
                {
                    if (WorksInside(process.Id))
                        process.Kill();
                }
            }
        }
    }

    private bool WorksInside(int id)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{id}/cwd", returnFinalTarget: false)?.FullName.StartsWith(directory, StringComparison.Ordinal) == true
                || File.ReadAllText($"/proc/{id}/cmdline").Contains(directory, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
