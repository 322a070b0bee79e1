using System.Text.Json;

namespace Platform.Core.Tests.Conformance;

/// <summary>The published conformance cases of the allocator and its tables.</summary>
internal static class ConformanceFile
{
    internal static string Text { get; } = Read("mesos.json");

    internal static JsonElement Root { get; } = JsonDocument.Parse(Text).RootElement;

    internal static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Conformance", file));

    internal static JsonElement Table(string name) => Root.GetProperty("tables").GetProperty(name);
}
