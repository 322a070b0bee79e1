namespace Platform.Core.Collections;

/// <summary>Things by their id that somebody else keeps.</summary>
public interface IKeptItems<T>
{
    /// <summary>What is there.</summary>
    IReadOnlyDictionary<string, T> Items { get; }

    /// <summary>Adds or replaces one.</summary>
    void Set(string key, T value);

    /// <summary>Removes one; false: it was not there.</summary>
    bool Remove(string key);
}
