namespace Platform.Storage.Records;

/// <summary>A record as it is stored.</summary>
public sealed class StoredRecord
{
    /// <summary>Its version; null when nothing is stored.</summary>
    public long? Version { get; set; }

    /// <summary>States by name.</summary>
    public Dictionary<string, byte[]> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Items by key, by the name of their collection.</summary>
    public Dictionary<string, List<KeyValuePair<string, byte[]>>> Collections { get; } = new(StringComparer.Ordinal);

    /// <summary>Bounds of logs by name: the lowest sequence number that is kept, and the next that is given.</summary>
    public Dictionary<string, (long First, long Next)> Logs { get; } = new(StringComparer.Ordinal);

    internal void AddItem(string collection, string key, byte[] value)
    {
        if (!Collections.TryGetValue(collection, out var items))
            Collections.Add(collection, items = []);
        items.Add(new(key, value));
    }
}
