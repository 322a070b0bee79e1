using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>A test that needs a Docker Engine: skipped, with the reason, where none can be started.</summary>
public sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute() => Skip = Missing;

    /// <summary>Why no engine can be started here; null: one can, as far as can be seen without trying.</summary>
    internal static string? Missing { get; } = Look();

    private static string? Look()
    {
        if (Libc.EffectiveUser() != 0)
            return "a Docker Engine needs root";
        foreach (var file in (string[])["/usr/sbin/dockerd", "/bin/busybox", "/sbin/ip"])
        {
            if (!File.Exists(file))
                return $"{file} is not installed (docker.io, busybox-static, iproute2)";
        }
        // A bridge is what a machine without the right to make networks lacks first.
        return Probe("ip link add pltprobe type bridge && ip link delete pltprobe") ? null : "this machine does not let a bridge be made";
    }

    private static bool Probe(string line)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", line + " 2>/dev/null"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
