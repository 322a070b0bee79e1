using System.Collections.Concurrent;
using Platform.Grains.Apps;

namespace Platform.Grains.Tests.Apps;

/// <summary>Instances that expose what a test says.</summary>
internal sealed class ScriptedMetrics : IMetricSource
{
    private readonly ConcurrentQueue<string> _read = new();

    /// <summary>What an instance's port shows; null: it cannot be read.</summary>
    public Func<int, string?> Text { get; set; } = _ => null;

    /// <summary>The addresses that were read.</summary>
    public IReadOnlyCollection<string> Read => _read;

    public Task<string?> ReadAsync(string host, int port, string path)
    {
        _read.Enqueue($"{host}{path}");
        return Task.FromResult(Text(port));
    }
}
