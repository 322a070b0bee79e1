namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A folder of its own for one test. What still runs out of it at the end is killed, and it is removed.</summary>
internal sealed class TestDirectory : IDisposable
{
    internal TestDirectory() => Path = Directory.CreateTempSubdirectory("platform-e2e-").FullName;

    internal string Path { get; }

    internal string Of(string name) => System.IO.Path.Combine(Path, name);

    internal string Write(string name, string content)
    {
        var file = Of(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    public void Dispose()
    {
        // What was killed ends in its own time, and its supervisor writes that down in here.
        for (var until = DateTime.UtcNow + TimeSpan.FromSeconds(30); ; Thread.Yield())
        {
            KillWhatRunsInside();
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
            }
        }
    }

    // Tasks are meant to outlive their agent: they are found by this test's own folder in what they work in or were started with.
    private void KillWhatRunsInside()
    {
        for (var round = 0; round < 5; round++)
        {
            var found = Directory.EnumerateDirectories("/proc").Select(System.IO.Path.GetFileName).Where(name => int.TryParse(name, out _))
                .Select(name => int.Parse(name!)).Where(id => id != Environment.ProcessId && Signals.IsAlive(id) && IsInside(id)).ToArray();
            if (found.Length == 0)
                return;
            foreach (var id in found)
                Signals.Send(id, Signals.Kill);
        }
    }

    private bool IsInside(int processId)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)?.FullName.StartsWith(Path, StringComparison.Ordinal) == true
                || File.ReadAllText($"/proc/{processId}/cmdline").Contains(Path, StringComparison.Ordinal)
                || File.ReadAllText($"/proc/{processId}/environ").Contains(Path, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
