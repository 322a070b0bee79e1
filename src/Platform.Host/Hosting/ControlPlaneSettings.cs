using System.Net;
using Platform.Api.Agents;
using Platform.Api.Marathon;
using Platform.Api.Mesos;
using Platform.Api.Security.Oidc;
using Platform.Core.Security.Certificates;
using Platform.Grains.Startup;
using Platform.Host.Hosting.Tls;
using Platform.Networking.Ingress;

namespace Platform.Host.Hosting;

/// <summary>What a control plane is started with.</summary>
internal sealed record ControlPlaneSettings
{
    /// <summary>Where it listens.</summary>
    internal required IPEndPoint Listen { get; init; }

    /// <summary>Its certificates and the cluster's authority; null: nothing is encrypted.</summary>
    internal ServerIdentity? Identity { get; init; }

    /// <summary>What is set for the certificates of agents.</summary>
    internal AgentCertificateSettings AgentCertificates { get; init; } = new(AreRequired: false, CertificateLifetimes.Leaf);

    /// <summary>The folder of its state, absolute.</summary>
    internal required string DataDirectory { get; init; }

    /// <summary>Settings of its grains.</summary>
    internal required Action<PlatformGrainsOptions> Tuning { get; init; }

    /// <summary>How it serves DNS.</summary>
    internal required DnsSettings Dns { get; init; }

    /// <summary>It listens on the virtual addresses of its machine. Default true.</summary>
    internal bool Balances { get; init; } = true;

    /// <summary>Its HTTP ingress; null: none.</summary>
    internal IngressOptions? Ingress { get; init; }

    /// <summary>Settings of its Marathon API.</summary>
    internal required Action<MarathonOptions> Marathon { get; init; }

    /// <summary>Settings of its Mesos API.</summary>
    internal Action<MesosOptions> Mesos { get; init; } = _ => { };

    /// <summary>Whoever sends a request has to have logged in.</summary>
    internal bool RequiresLogin { get; init; }

    /// <summary>The provider that people can log in at; null: none.</summary>
    internal OidcSettings? Oidc { get; init; }

    /// <summary>What commands need beside the address, with a space after it; empty: nothing.</summary>
    internal string ClientOptions => Identity?.ForClients is { } authority ? $"--ca sha256:{authority.Fingerprint} " : "";

    /// <summary>The OpenTelemetry collector that it tells of itself; null: none.</summary>
    internal Uri? Collector { get; init; }

    /// <summary>Its logs.</summary>
    internal required Action<ILoggingBuilder> Logging { get; init; }
}
