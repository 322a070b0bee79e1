using System.Runtime.InteropServices;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>Signals to processes that the tests started.</summary>
internal static class Signals
{
    internal const int Kill = 9;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;

    internal static void Send(int processId, int signal)
    {
        if (processId > 1)
            _ = NativeKill(processId, signal);
    }

    /// <summary>The process is there and is not a zombie.</summary>
    internal static bool IsAlive(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int processId, int signal);
}
