using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.Client.Tests.Publishing;

/// <summary>What users do with the kit: a project outside of this repository refers to the package, and finds everything that it stands on.</summary>
public sealed class PackageTests
{
    private static readonly string Root = RootOf();

    [Fact]
    public async Task A_test_of_somebody_else_starts_a_platform_from_the_package()
    {
        var folder = Directory.CreateTempSubdirectory("platform-packages-").FullName;
        try
        {
            var feed = Path.Combine(folder, "feed");
            // What the tests themselves were built from.
            foreach (var project in Projects("Platform.Testing"))
                await RunAsync(folder, "pack", project, "-c", Configuration, "--no-build", "-o", feed, "--nologo", "-v", "q", "-nodeReuse:false");
            var user = Directory.CreateDirectory(Path.Combine(folder, "user")).FullName;
            await File.WriteAllTextAsync(Path.Combine(user, "user.csproj"), """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="Platform.Testing" Version="0.1.0" />
                  </ItemGroup>
                </Project>
                """);
            await File.WriteAllTextAsync(Path.Combine(user, "Program.cs"), """
                using Platform.Client.Apps;
                using Platform.Testing;

                // A real agent: with it come the supervisor of tasks and whatever else lies beside the assemblies.
                await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true, SimulatedAgents = 0 });
                var app = await platform.Client.Apps.SubmitAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32, Instances = 2 });
                Console.WriteLine($"tasks: {(await app.WaitUntilHealthyAsync()).TasksRunning}");
                await platform.RestartAsync();
                Console.WriteLine($"tasks: {(await platform.Client.Apps.Get("/web").WaitUntilHealthyAsync()).TasksRunning}");
                """);
            // Packages of this repository come from the feed into a folder of the test; those of others lie where they were restored to for the tests.
            await File.WriteAllTextAsync(Path.Combine(user, "nuget.config"), $"""
                <configuration>
                  <config><add key="globalPackagesFolder" value="{Path.Combine(folder, "restored")}" /></config>
                  <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
                  <fallbackPackageFolders><add key="own" value="{PackagesOf()}" /></fallbackPackageFolders>
                </configuration>
                """);
            var said = await RunAsync(user, "run", "--project", user, "--verbosity", "quiet", "-nodeReuse:false");
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["tasks: 2", "tasks: 2"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Configuration => typeof(PackageTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    // A project and all that it refers to.
    private static HashSet<string> Projects(string name)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>([Path.Combine(Root, "src", name, $"{name}.csproj")]);
        while (left.TryPop(out var project))
        {
            if (!found.Add(project))
                continue;
            foreach (var reference in System.Xml.Linq.XDocument.Load(project).Descendants("ProjectReference"))
                left.Push(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)));
        }
        return found;
    }

    private static string PackagesOf() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private static string RootOf([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        // The test host's own are not those of a user.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "DOTNET_ROOT_X64").ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.ShouldBe(0, string.Join(' ', arguments) + "\n" + await output + await error);
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
