using System.Diagnostics;

namespace Platform.Agent.Tests.Testing;

/// <summary>Second names of files.</summary>
internal static class HardLinks
{
    public static void Make(string of, string path)
    {
        using var link = Process.Start("ln", [of, path]);
        link.WaitForExit();
        link.ExitCode.ShouldBe(0);
    }
}
