using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>The product's executable, as it was built beside the tests.</summary>
internal static class Executable
{
    internal static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "platform");

    internal static ProcessStartInfo Start(string workingDirectory, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("PLATFORM_URL");
        start.Environment.Remove("PLATFORM_TOKEN");
        start.Environment.Remove("PLATFORM_CA");
        // The runtime that runs the tests is the one that runs the product: .../shared/Microsoft.NETCore.App/VERSION/
        start.Environment["DOTNET_ROOT"] = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    internal static Task<CommandResult> RunAsync(string workingDirectory, IEnumerable<string> arguments, string? standardInput = null) =>
        RunAsync(workingDirectory, Path, arguments, standardInput, closes: true);

    /// <summary>The same with variables of its own.</summary>
    internal static Task<CommandResult> RunAsync(string workingDirectory, IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        RunAsync(workingDirectory, Path, arguments, null, closes: true, environment);

    /// <summary>The same of another program; its input may stay open until it has ended.</summary>
    internal static async Task<CommandResult> RunAsync(string workingDirectory, string program, IEnumerable<string> arguments, string? standardInput, bool closes, params (string Name, string Value)[] environment)
    {
        var start = Start(workingDirectory, arguments);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.FileName = program;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        if (standardInput is not null)
            await process.StandardInput.WriteAsync(standardInput);
        if (closes)
            process.StandardInput.Close();
        else
            await process.StandardInput.FlushAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'platform {string.Join(' ', arguments)}' did not end within 2 minutes");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }
}
