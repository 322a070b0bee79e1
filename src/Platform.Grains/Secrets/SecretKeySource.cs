using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Grains.Secrets;

/// <summary>Where the key comes from that secrets are sealed with: a file, a variable of the environment (<c>env:NAME</c>), or a command (<c>command:COMMAND</c>).</summary>
internal static class SecretKeySource
{
    private const int KeyBytes = 32;
    private const string OfVariable = "env:";
    private const string OfCommand = "command:";

    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(30);

    /// <summary>The key.</summary>
    /// <param name="source">Where it comes from; null: nowhere.</param>
    /// <exception cref="SecretException">There is none.</exception>
    public static byte[] Read(string? source) => source switch
    {
        null => throw new SecretException("Secrets cannot be stored: no key file is configured."),
        _ when source.StartsWith(OfVariable, StringComparison.Ordinal) => OfText(Variable(source[OfVariable.Length..]), $"The environment variable {source[OfVariable.Length..]}"),
        _ when source.StartsWith(OfCommand, StringComparison.Ordinal) => OfText(Output(source[OfCommand.Length..]), $"What '{source[OfCommand.Length..]}' writes"),
        _ => OfFile(source),
    };

    private static byte[] OfText(string text, string what)
    {
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == KeyBytes
            ? key
            : throw new SecretException($"{what} does not hold {KeyBytes} bytes in base64: put the right key there.");
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new SecretException($"The environment variable {name}, which the key of secrets is to come from, is not set.");

    // Its errors are the operator's to see; what it writes is the key, and nobody's.
    private static string Output(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardInput = true })
            ?? throw new SecretException($"'{command}' could not be started.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!output.Wait(CommandPatience) || !process.WaitForExit(CommandPatience))
        {
            process.Kill(entireProcessTree: true);
            throw new SecretException($"'{command}', which the key of secrets is to come from, did not end within {CommandPatience.TotalSeconds} s.");
        }
        return process.ExitCode == 0 ? output.Result : throw new SecretException($"'{command}', which the key of secrets is to come from, ended with status {process.ExitCode}.");
    }

    private static byte[] OfFile(string file)
    {
        try
        {
            if (!File.Exists(file))
                WriteKey(file);
            return OfText(File.ReadAllText(file), $"The key file {file}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"The key file {file} cannot be used: {failure.Message}");
        }
    }

    // Under another name first: a crash must not leave half a key behind.
    private static void WriteKey(string file)
    {
        var fresh = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, file, overwrite: false);
    }
}
