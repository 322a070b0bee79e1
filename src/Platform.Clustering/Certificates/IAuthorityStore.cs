using Platform.Clustering.Certificates.Acme;

namespace Platform.Clustering.Certificates;

/// <summary>Where the authority is kept. What it keeps holds no key in the clear.</summary>
public interface IAuthorityStore
{
    /// <summary>Beside it: account and certificate of an authority of elsewhere.</summary>
    IAcmeStore Acme { get; }

    /// <summary>What is kept; null: nothing yet.</summary>
    /// <exception cref="AuthorityException">It cannot be read.</exception>
    Task<string?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps it if nothing is kept yet; false: something is.</summary>
    /// <exception cref="AuthorityException">It cannot be written.</exception>
    Task<bool> TryAddAsync(string text, CancellationToken cancellationToken);
}
