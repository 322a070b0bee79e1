using System.Diagnostics;
using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>A test of an agent that is not root, started by tests that are, where the kernel lets anybody make user namespaces: else skipped, with the reason.</summary>
public sealed class UserNamespaceFactAttribute : FactAttribute
{
    /// <summary>The user of the agent: nobody.</summary>
    internal const uint User = 65534;

    public UserNamespaceFactAttribute() => Skip = Missing;

    /// <summary>A program that becomes another one as this user.</summary>
    internal static string[] Become { get; } = ["/usr/bin/setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", "--"];

    internal static string? Missing { get; } = Look();

    private static string? Look()
    {
        if (Libc.EffectiveUser() != 0)
            return "the tests do not run as root, so that they cannot start an agent as another user";
        using var process = Process.Start(new ProcessStartInfo(Become[0], [.. Become[1..], "unshare", "-Urm", "test", "-x", Path.Combine(AppContext.BaseDirectory, "platform")]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0 ? null : "this machine lets nobody make user namespaces, or does not show the build to others";
    }
}
