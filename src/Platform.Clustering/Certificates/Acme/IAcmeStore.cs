namespace Platform.Clustering.Certificates.Acme;

/// <summary>Where the account and the certificate of ACME are kept, and who of several processes gets the next one. What it keeps holds no key in the clear.</summary>
public interface IAcmeStore
{
    /// <summary>What is kept; null: nothing yet.</summary>
    /// <exception cref="AuthorityException">It cannot be read.</exception>
    Task<string?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps this in the place of what was kept. For who holds the lease.</summary>
    /// <exception cref="AuthorityException">It cannot be written.</exception>
    Task WriteAsync(string text, CancellationToken cancellationToken);

    /// <summary>Takes the lease, or holds it for longer; false: another process has it.</summary>
    /// <param name="owner">Who.</param>
    /// <param name="duration">For how long from now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<bool> TryLeaseAsync(string owner, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back.</summary>
    Task ReleaseAsync(string owner, CancellationToken cancellationToken);
}
