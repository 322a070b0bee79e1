using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Platform.Testing;

namespace Platform.Client.Tests.Publishing;

/// <summary>
/// A program with the client is published and run: compiled ahead of time where a C compiler is there to link it, else trimmed. Warnings about what could
/// not be seen through are errors, of the whole client.
/// </summary>
public sealed class AotTests
{
    private static readonly bool HasLinker = Array.Exists(["/usr/bin/clang", "/usr/bin/gcc"], File.Exists);

    [Fact]
    public async Task A_program_without_reflection_does_all_that_the_client_does()
    {
        var folder = Directory.CreateTempSubdirectory("platform-aot-").FullName;
        try
        {
            await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
            string[] kind = HasLinker ? ["-p:PublishAot=true"] : ["-p:PublishTrimmed=true", "--self-contained"];
            await RunAsync("dotnet", [
                "publish", ProjectOf(), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--nologo", "-v", "q", "-o", Path.Combine(folder, "out"),
                "--artifacts-path", Path.Combine(folder, "build"), "-nodeReuse:false", "-p:UseSharedCompilation=false", .. kind,
            ]);
            var said = await RunAsync(Path.Combine(folder, "out", "Platform.Client.Aot"), [platform.Url.AbsoluteUri]);

            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe([
                HasLinker ? "dynamic code: False" : "dynamic code: True",
                "app: True",
                "typed app: True",
                "label: db, tasks: 1",
                "pod: True, 1",
                "job: succeeded, 1",
                "log: it ran",
                "event: deployment_success",
                "agent: Active, services: True",
                "refused: Invalid, problems: True",
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string ProjectOf([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../Platform.Client.Aot/Platform.Client.Aot.csproj"));

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.ShouldBe(0, await output + await error);
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
