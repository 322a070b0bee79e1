using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Platform.Benchmarks;

/// <summary>What a number must be read with.</summary>
internal static class MachineFacts
{
    public static Dictionary<string, object> Read() => new()
    {
        ["cores"] = Environment.ProcessorCount,
        ["cpu"] = Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        ["memoryMb"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        ["os"] = RuntimeInformation.OSDescription,
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["configuration"] = IsOptimized() ? "Release" : "Debug",
        ["commit"] = Commit() ?? "unknown",
    };

    private static bool IsOptimized() =>
        !typeof(MachineFacts).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false).Cast<DebuggableAttribute>().Any(attribute => attribute.IsJITOptimizerDisabled);

    private static string? Line(string path, string name) => File.Exists(path)
        ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;

    private static string? Commit()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, "describe", "--always", "--dirty"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
