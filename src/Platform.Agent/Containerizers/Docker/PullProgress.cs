using Docker.DotNet.Models;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Adds up what the engine says of the layers of a pull, and tells it now and then.</summary>
internal sealed class PullProgress(string reference, Action<string> tell, TimeProvider time, TimeSpan period) : IProgress<JSONMessage>
{
    private readonly Dictionary<string, (long Current, long Total)> _layers = new(StringComparer.Ordinal);
    private long _told = time.GetTimestamp();

    /// <summary>What the engine said went wrong; null: nothing.</summary>
    public string? Error { get; private set; }

    /// <inheritdoc/>
    public void Report(JSONMessage value)
    {
        if (value.Error?.Message is { } error)
            Error = error;
        if (value is { ID: { } layer, Progress: { Current: { } current, Total: { } total } } && value.Status == "Downloading")
            _layers[layer] = (current, total);
        if (_layers.Count == 0 || time.GetElapsedTime(_told) < period)
            return;
        _told = time.GetTimestamp();
        const double Megabyte = 1024 * 1024;
        tell(FormattableString.Invariant($"Pulling {reference}: {_layers.Values.Sum(l => l.Current) / Megabyte:0.0} of {_layers.Values.Sum(l => l.Total) / Megabyte:0.0} MB"));
    }
}
