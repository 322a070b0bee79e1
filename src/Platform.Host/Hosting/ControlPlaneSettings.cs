using System.Net;
using Platform.Grains.Startup;

namespace Platform.Host.Hosting;

/// <summary>What a control plane is started with.</summary>
internal sealed record ControlPlaneSettings
{
    /// <summary>Where it listens.</summary>
    internal required IPEndPoint Listen { get; init; }

    /// <summary>The folder of its state, absolute.</summary>
    internal required string DataDirectory { get; init; }

    /// <summary>Settings of its grains.</summary>
    internal required Action<PlatformGrainsOptions> Tuning { get; init; }

    /// <summary>Its logs.</summary>
    internal required Action<ILoggingBuilder> Logging { get; init; }
}
