namespace Platform.Clustering.Certificates.Acme;

/// <summary>An authority gave no certificate; the message says why.</summary>
/// <param name="message">Why.</param>
/// <param name="retryAfter">How long it wants to be left alone; null: it has not said.</param>
public sealed class AcmeException(string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>How long it wants to be left alone; null: it has not said.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
