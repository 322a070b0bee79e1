using System.Diagnostics;
using System.Runtime.CompilerServices;
using Platform.EndToEnd.Tests.Harness;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary><c>./platform</c> in a checkout: builds when it must, once, and says what it does. The compiler is a stand-in that writes down how it was called.</summary>
public sealed class LauncherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestDirectory directory = new();
    private readonly string checkout;

    public LauncherTests()
    {
        checkout = directory.Of("checkout");
        foreach (var folder in new[] { "src/Platform.Host", "dashboard", "build" })
            Directory.CreateDirectory(Path.Combine(checkout, folder));
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig", "src/Program.cs" })
            directory.Write("checkout/" + file, "");
        File.Copy(Path.Combine(RepositoryRoot(), "platform"), Path.Combine(checkout, "platform"));
    }

    private string Builds => directory.Of("builds");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_change_of_the_sources_is_built_once_and_what_is_built_is_only_run()
    {
        Compiler("true");
        var first = await RunAsync("app", "list", "a b");
        (first.ExitCode, first.Output).ShouldBe((7, "runs with app|list|a b|\n"), first.Error);
        first.Error.ShouldStartWith("platform: building (about a minute the first time) ... done in ");
        (await RunAsync()).Error.ShouldBeEmpty();
        (await File.ReadAllLinesAsync(Builds)).Length.ShouldBe(1);

        directory.Write("checkout/src/Program.cs", "changed");
        (await RunAsync()).ExitCode.ShouldBe(7);
        (await File.ReadAllLinesAsync(Builds)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Two_that_start_at_once_share_a_build()
    {
        Compiler($"while [ ! -e {directory.Of("go")} ]; do sleep 0.02; done");
        await using var one = RunningProcess.Start("first", Start());
        await UntilExistsAsync(Builds);
        await using var other = RunningProcess.Start("second", Start());
        await other.LineAsync(line => line == "platform: waiting for another build of this checkout ...", Patience);
        directory.Write("go", "");
        await one.EndAsync(Patience);
        await other.EndAsync(Patience);
        (one.ExitCode, other.ExitCode).ShouldBe((7, 7), one.Log + other.Log);
        (await File.ReadAllLinesAsync(Builds)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_errors_and_leaves_the_last_one_that_worked_alone()
    {
        Compiler("""echo "Program.cs(1,1): error CS1002: ; expected"; exit 1""");
        var failed = await RunAsync();
        failed.ExitCode.ShouldBe(1);
        failed.Error.ShouldContain("... failed\nProgram.cs(1,1): error CS1002: ; expected\n");
        failed.Error.ShouldContain(".build/build.log");
        // A compiler that is not the wanted one says so in words of its own.
        Compiler("""echo "A compatible .NET SDK was not found."; exit 1""");
        (await RunAsync()).Error.ShouldContain("A compatible .NET SDK was not found.");
    }

    [Fact]
    public async Task Without_the_sdk_it_says_what_is_needed()
    {
        Compiler("true");
        File.Delete(directory.Of("bin/dotnet"));
        foreach (var tool in new[] { "bash", "env", "readlink", "dirname" })
            File.CreateSymbolicLink(directory.Of("bin/" + tool), Path.Combine("/usr/bin", tool));
        var start = Start();
        start.Environment["PATH"] = directory.Of("bin");
        await using var process = RunningProcess.Start("launcher", start);
        await process.EndAsync(Patience);
        process.ExitCode.ShouldBe(1);
        process.Log.ShouldContain("the .NET SDK 10 is needed");
    }

    [Fact]
    public async Task A_checkout_that_cannot_be_written_to_is_built_in_the_users_cache()
    {
        Compiler("true");
        var start = Start("status");
        start.FileName = "unshare";
        start.ArgumentList.Clear();
        foreach (var argument in new[] { "--user", "--map-root-user", "--mount", "sh", "-c", """mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$1/platform" status""", "sh", checkout })
            start.ArgumentList.Add(argument);
        await using var process = RunningProcess.Start("launcher", start);
        await process.EndAsync(Patience);
        process.ExitCode.ShouldBe(7, process.Log);
        process.Log.ShouldContain("runs with status|");
        Directory.Exists(Path.Combine(checkout, ".build")).ShouldBeFalse();
        Directory.EnumerateFiles(directory.Of("cache"), "platform.dll", SearchOption.AllDirectories).ShouldNotBeEmpty();
    }

    /// <summary>A program in the place of <c>dotnet</c>: writes its arguments down, does what it is told, and makes what a build makes.</summary>
    private void Compiler(string work)
    {
        // A copy of something executable is executable, and stays so with another content.
        Directory.CreateDirectory(directory.Of("bin"));
        File.Copy(Path.Combine(checkout, "platform"), directory.Of("bin/dotnet"), overwrite: true);
        directory.Write("bin/dotnet", $$"""
            #!/bin/sh
            echo "$*" >> {{Builds}}
            {{work}} || exit
            output={{checkout}}/src/Platform.Host/bin/Release/net10.0
            case "$*" in *--artifacts-path*) output=$(echo "$*" | sed 's/.*--artifacts-path //; s/ .*//')/bin/Platform.Host/release ;; esac
            mkdir -p $output
            touch $output/platform.dll
            printf '#!/bin/sh\nprintf "runs with "\nprintf "%%s|" "$@"\necho\nexit 7\n' > $output/platform
            chmod +x $output/platform

            """);
    }

    private ProcessStartInfo Start(params string[] arguments)
    {
        var start = Executable.Start(directory.Path, arguments);
        start.FileName = Path.Combine(checkout, "platform");
        start.Environment["PATH"] = directory.Of("bin") + ":/usr/bin:/bin";
        start.Environment["XDG_CACHE_HOME"] = directory.Of("cache");
        start.Environment.Remove("PLATFORM_BUILD");
        return start;
    }

    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    private static async Task UntilExistsAsync(string file)
    {
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!);
        var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, change) =>
        {
            if (change.FullPath == file)
                created.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        if (!File.Exists(file))
            await created.Task.WaitAsync(Patience);
    }

    // tests/Platform.EndToEnd.Tests/CommandLine/ in the sources that this was compiled from.
    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));
}
