namespace Platform.Client;

/// <summary>How long the calls of a view of a client may take, and how often they are tried; see <see cref="IPlatformClient.With"/>. What is null is as the client has it.</summary>
public sealed record CallOptions
{
    /// <summary>
    /// How long a call may take as a whole, with all that is tried again and until its answer is read; then it is <see cref="PlatformError.Unavailable"/>.
    /// A change may have been carried out nevertheless. Of a stream it is the time until it begins, of a method that waits that of each request. Default: no limit.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How often all addresses are tried again, as <see cref="PlatformClientOptions.Retries"/>.</summary>
    public int? Retries { get; init; }

    /// <summary>How long one request may take until its answer begins, as <see cref="PlatformClientOptions.RequestTimeout"/>.</summary>
    public TimeSpan? RequestTimeout { get; init; }
}
