using System.ComponentModel;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>Starts the supervisors of tasks: the compiled one if the build has it and it runs here, else the shell.</summary>
internal sealed class ShimLauncher : IDisposable
{
    private const string Shell = "/bin/sh";

    private const int Attempts = 3;

    private readonly ShimServer? _server;
    private readonly string _script;
    private readonly StartLock _starts;

    /// <param name="work">Where the agent's own copy of the program is kept: a task's supervisor outlives a rebuild or an update.</param>
    /// <param name="program">The compiled program, or null to use the shell.</param>
    /// <param name="starts">What each supervisor inherits until it has begun.</param>
    /// <param name="logger">Told which one is used.</param>
    public ShimLauncher(WorkDirectory work, string? program, StartLock starts, ILogger logger)
    {
        _starts = starts;
        using var reader = new StreamReader(typeof(ShimLauncher).Assembly.GetManifestResourceStream("shim.sh")!);
        _script = reader.ReadToEnd();
        if (program is not null && File.Exists(program) && Install(work, program, logger) is { } installed)
            _server = new ShimServer(installed, starts);
        KillsStrays = _server is not null && File.Exists($"/proc/{Environment.ProcessId}/task/{Environment.ProcessId}/children");
        if (_server is null)
            logger.LogInformation("Tasks are supervised by the shell: the build found no C compiler, so each start costs a few milliseconds more");
    }

    /// <summary>The compiled supervisor beside this assembly, if the build made it.</summary>
    public static string BuiltProgram => Path.Combine(AppContext.BaseDirectory, "platform-shim");

    /// <summary>True if what a task leaves behind is killed by its supervisor: the compiled one, on a kernel that lists a process's children.</summary>
    public bool KillsStrays { get; }

    /// <summary>Starts a task's supervisor and returns its process id, a child of this process.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public int Start(ShimStart start)
    {
        List<string> arguments = [start.File, start.Sandbox, start.User ?? "-", $"{start.JoinFiles.Count}", .. start.JoinFiles, .. start.Command];
        if (_server is null)
            return ProcessSpawner.Start(Shell, ["sh", "-c", _script, "shim", .. arguments], start.Environment, _starts.Descriptor);
        for (var i = 0; i < Attempts; i++)
        {
            if (_server.Start(arguments, start.Environment) is { } pid)
                return pid;
            if (ShimStatus.Read(start.File).Shim is { } begun)
                return begun.Pid;
        }
        throw new Win32Exception("The process that starts tasks is killed again and again");
    }

    public void Dispose() => _server?.Dispose();

    private static string? Install(WorkDirectory work, string program, ILogger logger)
    {
        try
        {
            var bytes = File.ReadAllBytes(program);
            var path = Path.Combine(work.Programs, "shim-" + Convert.ToHexString(SHA256.HashData(bytes), 0, 8));
            if (!File.Exists(path))
            {
                File.WriteAllBytes(path + ".new", bytes);
                File.SetUnixFileMode(path + ".new", (UnixFileMode)0b111_101_101);
                File.Move(path + ".new", path, overwrite: true);
            }
            // Without arguments it exits at once. A folder that is mounted noexec, or a foreign architecture, fails here.
            var pid = ProcessSpawner.Start(path, [path], []);
            _ = Libc.WaitPid(pid, out _, 0);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            logger.LogWarning("The task supervisor cannot be run from {Folder}, the shell is used instead: {Reason}", work.Programs, e.Message);
            return null;
        }
    }
}
