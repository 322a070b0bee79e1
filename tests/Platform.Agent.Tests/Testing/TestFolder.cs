namespace Platform.Agent.Tests.Testing;

/// <summary>A folder for one test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Path = Directory.CreateTempSubdirectory("platform-agent-test-").FullName;

    /// <param name="under">Where it is made, as on another file system.</param>
    public TestFolder(string under) => Path = Directory.CreateDirectory(System.IO.Path.Combine(under, $"platform-agent-test-{Guid.NewGuid():N}")).FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        var file = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Lets tasks of other users reach what is in it.</summary>
    public void OpenToOthers()
    {
        for (var path = Path; path.Length > "/tmp".Length; path = System.IO.Path.GetDirectoryName(path)!)
            System.IO.File.SetUnixFileMode(path, System.IO.File.GetUnixFileMode(path) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process of the test may be writing its last lines.
        }
    }
}
