namespace Platform.Storage.Records;

/// <summary>What one write changes in a record.</summary>
public sealed class RecordChanges
{
    /// <summary>New states by name; null removes.</summary>
    public List<KeyValuePair<string, byte[]?>> States { get; } = [];

    /// <summary>Changes of collections.</summary>
    public List<ItemsChange> Collections { get; } = [];

    /// <summary>Changes of logs.</summary>
    public List<LogChange> Logs { get; } = [];
}

/// <summary>What one write changes in a collection.</summary>
/// <param name="Name">The collection's name.</param>
/// <param name="Clear">Remove what is stored first.</param>
/// <param name="Items">New values by key; null removes.</param>
public sealed record ItemsChange(string Name, bool Clear, IReadOnlyList<KeyValuePair<string, byte[]?>> Items);

/// <summary>What one write changes in a log.</summary>
/// <param name="Name">The log's name.</param>
/// <param name="First">The lowest sequence number to keep.</param>
/// <param name="From">The sequence number of the first new entry.</param>
/// <param name="Entries">The new entries.</param>
public sealed record LogChange(string Name, long First, long From, IReadOnlyList<byte[]> Entries);
