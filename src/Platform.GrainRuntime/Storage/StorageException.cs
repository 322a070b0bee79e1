namespace Platform.GrainRuntime.Storage;

/// <summary>The storage cannot do its work: no room, no permission, a damaged file, a second process. The message says what to do.</summary>
public class StorageException :
#if ORLEANS
    // Any other exception of a storage comes to a grain wrapped in one of these.
    OrleansException
#else
    Exception
#endif
{
    /// <summary>A failure with what to do about it.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with what to do about it, and its cause.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
