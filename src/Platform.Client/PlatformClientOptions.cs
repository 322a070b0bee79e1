namespace Platform.Client;

/// <summary>Where the control plane is and how to talk to it.</summary>
public sealed record PlatformClientOptions
{
    /// <summary>The address that <c>platform dev</c> listens on unless told otherwise.</summary>
    public static readonly Uri DefaultUrl = new("http://127.0.0.1:5050");

    /// <summary>The control plane. Default: <see cref="DefaultUrl"/>.</summary>
    public Uri Url { get; init; } = DefaultUrl;

    /// <summary>
    /// More addresses of the same control plane, such as those of a cluster's other silos. Who does not answer is left for the next one, in turn, and
    /// the client stays with who does. Default none.
    /// </summary>
    public IReadOnlyList<Uri> OtherUrls { get; init; } = [];

    /// <summary>
    /// How often all addresses are tried again when none answers, with a pause before each time: 0.2 s, doubled each time up to 5 s. So is what only
    /// reads, what shows an idempotency key, and what could not be sent at all; anything else may have been carried out, and is an error at once.
    /// Default 0: the caller learns of it at once.
    /// </summary>
    public int Retries { get; init; }

    /// <summary>How long a request may take until its answer begins, at each address; event streams are not limited. Default 60 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The token that every request shows: that of a login, or one for programs. Default null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Whom to take for the control plane when the address is https. Default null: servers with a certificate that the system trusts.</summary>
    public ClusterTrust? Trust { get; init; }

    /// <summary>What each call passes through, the first one first. Default none.</summary>
    public IReadOnlyList<IClientInterceptor> Interceptors { get; init; } = [];

    /// <summary>The clock of timeouts, deadlines and pauses. Default null: the system's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>What requests pass through instead of a socket, for tests. Default null.</summary>
    public HttpMessageHandler? Handler { get; init; }
}
