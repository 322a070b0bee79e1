namespace Platform.GrainRuntime;

/// <summary>One stored value of a grain, read before the grain is activated.</summary>
/// <typeparam name="TState">The value's type; needs a constructor without parameters.</typeparam>
public interface IPersistentState<TState>
{
    /// <summary>The value; a new one when nothing is stored. Changes are kept by <see cref="WriteStateAsync"/>.</summary>
    TState State { get; set; }

    /// <summary>The version that was read or written last; null when nothing is stored.</summary>
    string? Etag { get; }

    /// <summary>Whether something is stored.</summary>
    bool RecordExists { get; }

    /// <summary>Reads the stored value again.</summary>
    Task ReadStateAsync();

    /// <summary>Stores the value as it is now; done when it is on disk.</summary>
    /// <exception cref="InconsistentStateException">Something else wrote since; the activation is ended.</exception>
    /// <exception cref="Storage.StorageException">The disk refused; what was stored is unchanged.</exception>
    Task WriteStateAsync();

    /// <summary>Removes the stored value and resets <see cref="State"/>.</summary>
    /// <inheritdoc cref="WriteStateAsync"/>
    Task ClearStateAsync();
}
