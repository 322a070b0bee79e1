using System.Net;

namespace Platform.Host.Hosting;

/// <summary>What an agent's process serves on its machine besides tasks.</summary>
internal sealed record AgentPlaneSettings
{
    /// <summary>It listens on the virtual addresses of its machine.</summary>
    internal required bool Balances { get; init; }

    /// <summary>How it serves DNS.</summary>
    internal required DnsSettings Dns { get; init; }

    /// <summary>The file in which it keeps what it knows of the registry; null: none.</summary>
    internal string? Kept { get; init; }

    /// <summary>Where it tells of itself; null: nowhere.</summary>
    internal IPEndPoint? Status { get; init; }

    /// <summary>The OpenTelemetry collector that it tells of itself; null: none.</summary>
    internal Uri? Collector { get; init; }
}
