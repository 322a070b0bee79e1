using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.Architecture.Tests;

/// <summary>The project as it was built, and its sources.</summary>
internal static class House
{
    /// <summary>Each ring with the rings that it may know, itself left out.</summary>
    public static IReadOnlyDictionary<string, string[]> Rings { get; } = new Dictionary<string, string[]>
    {
        ["Core"] = [],
        ["Client"] = [],
        ["Mesos"] = [],
        ["Cli"] = ["Core", "Client"],
        ["Contracts"] = ["Core"],
        ["Storage"] = ["Core", "Contracts"],
        ["Networking"] = ["Core"],
        ["Grains"] = ["Core", "Contracts", "Storage"],
        ["Api"] = ["Core", "Contracts", "Mesos"],
        ["Clustering"] = ["Core", "Contracts", "Storage", "Grains"],
        ["Agent"] = ["Core", "Contracts", "Client", "Mesos"],
        // Logins, rights and parsed definitions are those of the API.
        ["Dashboard"] = ["Core", "Contracts", "Api"],
    };

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The assembly of a ring.</summary>
    public static Assembly Of(string ring) => Assembly.Load("Platform." + ring);

    /// <summary>The rings, without the executable.</summary>
    public static IEnumerable<Assembly> Assemblies => Rings.Keys.Select(Of);

    /// <summary>The source files of a folder, without what a build makes.</summary>
    public static IEnumerable<string> Sources(string folder, string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    private static string FindRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}
