using Platform.Grains.Apps;

namespace Platform.Api.Tests.Marathon;

/// <summary>Instances that expose what a test says.</summary>
public sealed class ExposedMetrics : IMetricSource
{
    private volatile string? _text;

    /// <summary>What every instance shows; null: it cannot be read.</summary>
    public string? Text
    {
        get => _text;
        set => _text = value;
    }

    public Task<string?> ReadAsync(string host, int port, string path) => Task.FromResult(_text);
}
