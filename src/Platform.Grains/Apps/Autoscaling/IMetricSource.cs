namespace Platform.Grains.Apps;

/// <summary>Reads what an instance exposes.</summary>
public interface IMetricSource
{
    /// <summary>The text at a path of an instance's port; null if it could not be read in time or is too long.</summary>
    /// <param name="host">The host that the port is on.</param>
    /// <param name="port">The host port.</param>
    /// <param name="path">The path, with a leading slash.</param>
    Task<string?> ReadAsync(string host, int port, string path);
}
