using System.Globalization;

namespace Platform.Agent.Isolation;

/// <summary>The capabilities of this process.</summary>
internal static class Capabilities
{
    /// <summary>Those that it may use, as the kernel has them.</summary>
    public static ulong OfThisProcess() => File.Exists("/proc/self/status") ? Read(File.ReadAllText("/proc/self/status")) : 0;

    /// <summary>Those of the text of /proc/PID/status.</summary>
    public static ulong Read(string status)
    {
        const string Permitted = "CapPrm:";
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith(Permitted, StringComparison.Ordinal) && ulong.TryParse(line.AsSpan(Permitted.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask))
                return mask;
        }
        return 0;
    }
}
