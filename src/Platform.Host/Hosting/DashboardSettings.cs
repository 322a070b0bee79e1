using System.Net;
using Platform.Api.Security.Oidc;
using Platform.Host.Hosting.Tls;

namespace Platform.Host.Hosting;

/// <summary>What a dashboard that is a process of its own is started with.</summary>
internal sealed record DashboardSettings
{
    /// <summary>Where it listens.</summary>
    internal required IPEndPoint Listen { get; init; }

    /// <summary>The Redis that the cluster shares.</summary>
    internal required string Redis { get; init; }

    /// <summary>The cluster's id.</summary>
    internal required string Cluster { get; init; }

    /// <summary>The cluster's authority and the certificates of this process; null: nothing is encrypted.</summary>
    internal ServerIdentity? Identity { get; init; }

    /// <summary>Whoever looks has to have logged in.</summary>
    internal bool RequiresLogin { get; init; }

    /// <summary>The provider that people can log in at; null: none.</summary>
    internal OidcSettings? Oidc { get; init; }

    /// <summary>Its logs.</summary>
    internal required Action<ILoggingBuilder> Logging { get; init; }
}
