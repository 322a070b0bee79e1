namespace Platform.Contracts.Storage;

/// <summary>The storage cannot do its work: no room, no permission, a damaged file, a second process, a Redis that is away. The message says what to do.</summary>
/// <remarks>Orleans hands on its own kind of exception as it is, from silo to silo too, and wraps every other.</remarks>
public class StorageException : OrleansException
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
