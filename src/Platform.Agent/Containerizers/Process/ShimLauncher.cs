using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>Starts the supervisors of tasks: the compiled one if the build has it and it runs here, else the shell.</summary>
internal sealed class ShimLauncher : IDisposable
{
    private const string Shell = "/bin/sh";

    private const int Attempts = 3;

    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(30);

    private readonly string? _program;
    private readonly ShimServer? _server;
    private ShimServer? _filtered;
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
        {
            (_program, Grants) = installed;
            _server = new ShimServer(_program, [], starts);
        }
        KillsStrays = _server is not null && File.Exists($"/proc/{Environment.ProcessId}/task/{Environment.ProcessId}/children");
        if (_server is null)
            logger.LogInformation("Tasks are supervised by the shell: the build found no C compiler, so each start costs a few milliseconds more");
    }

    /// <summary>The compiled supervisor beside this assembly, if the build made it.</summary>
    public static string BuiltProgram => Path.Combine(AppContext.BaseDirectory, "platform-shim");

    /// <summary>True if what a task leaves behind is killed by its supervisor: the compiled one, on a kernel that lists a process's children.</summary>
    public bool KillsStrays { get; }

    /// <summary>What it can do to set tasks apart; the shell can do nothing.</summary>
    public KernelGrants Grants { get; }

    /// <summary>True if it gives tasks terminals.</summary>
    public bool HasTerminals => _server is not null;

    /// <summary>True if it rotates the output of tasks while no agent is there.</summary>
    public bool RotatesOutput => _server is not null;

    /// <summary>What sets tasks apart; asked for the filter of those that are filtered.</summary>
    public Isolators Isolators { get; set; } = Isolators.None;

    /// <summary>The program and the arguments by which a command becomes one beside a task.</summary>
    /// <param name="pid">Whose namespaces it enters; null: none.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="user">uid,gid[,group...]; null: the agent's own user.</param>
    /// <param name="settings">What sets the task apart.</param>
    public IReadOnlyList<string> Enter(int? pid, string folder, string? user, IReadOnlyList<string> settings) =>
        [_program!, "enter", pid is { } number ? $"{number}" : "-", folder, user ?? "-", $"{settings.Count}", .. settings];

    /// <summary>Starts a task's supervisor and returns its process id, a child of this process.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public int Start(ShimStart start)
    {
        List<string> before = [start.File, start.Sandbox, start.User ?? "-", $"{start.Settings.Count}", .. start.Settings, $"{start.JoinFiles.Count}", .. start.JoinFiles];
        if (_server is null)
        {
            var (harmless, obeyed) = ObeyedVariables.Split(start.Environment);
            return ProcessSpawner.Start(Shell, ["sh", "-c", _script, "shim", .. before, .. ObeyedVariables.Set(obeyed, start.Command)], harmless, _starts.Descriptor);
        }
        List<string> arguments = [.. before, .. start.Command];
        var server = start.IsFiltered ? Filtered() : _server;
        for (var i = 0; i < Attempts; i++)
        {
            if (server.Start(arguments, start.Environment) is { } pid)
                return pid;
            if (ShimStatus.Read(start.File).Shim is { } begun)
                return begun.Pid;
        }
        throw new Win32Exception("The process that starts tasks is killed again and again");
    }

    public void Dispose()
    {
        _server?.Dispose();
        _filtered?.Dispose();
    }

    // The filter is set once for all: what is forked has it, at no cost of its own.
    private ShimServer Filtered()
    {
        if (_filtered is null)
        {
            var server = new ShimServer(_program!, Isolators.FilterSettings, _starts);
            if (Interlocked.CompareExchange(ref _filtered, server, null) is not null)
                server.Dispose();
        }
        return _filtered;
    }

    private static (string Program, KernelGrants Grants)? Install(WorkDirectory work, string program, ILogger logger)
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
            // A folder that is mounted noexec, or a foreign architecture, fails here.
            var pid = ProcessSpawner.Start(path, [path, "probe"], []);
            return (path, GrantsOf(pid, logger));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            logger.LogWarning("The task supervisor cannot be run from {Folder}, the shell is used instead: {Reason}", work.Programs, e.Message);
            return null;
        }
    }

    // What it asks of the kernel takes milliseconds. Should the kernel not answer, the agent goes on without.
    private static KernelGrants GrantsOf(int pid, ILogger logger)
    {
        var last = Environment.TickCount64 + (long)LongestProbe.TotalMilliseconds;
        while (true)
        {
            var ended = Libc.WaitPid(pid, out var status, Libc.WNoHang);
            if (ended == pid)
                return (status & 0x7f) == 0 ? (KernelGrants)((status >> 8) & 0xff) : KernelGrants.None;
            if (ended < 0 && Marshal.GetLastPInvokeError() != Libc.Eintr)
                return KernelGrants.None;
            if (Environment.TickCount64 > last)
                break;
            Thread.Sleep(1);
        }
        _ = Libc.Kill(pid, 9);
        logger.LogWarning("The kernel did not say within {Seconds} s what it grants to set tasks apart: they are not", LongestProbe.TotalSeconds);
        return KernelGrants.None;
    }
}
