using Platform.Client.Services;
using Platform.Core.Registry;
using Platform.Networking.Registry;

namespace Platform.Host.Hosting;

/// <summary>How a process follows the registry of a control plane elsewhere.</summary>
internal sealed record RegistryReaderSettings
{
    /// <summary>What it asks for.</summary>
    internal required EndpointWatchOptions Watch { get; init; }

    /// <summary>Ends when connections go by all that the directory has told until now.</summary>
    internal required Func<CancellationToken, Task> CaughtUp { get; init; }

    /// <summary>Which of these endpoints, that drain in all that was caught up with, still have something under way, or may have. Without a word all.</summary>
    internal Func<IReadOnlySet<string>, CancellationToken, Task<IReadOnlySet<string>>> BusyOf { get; init; } = (endpoints, _) => Task.FromResult(endpoints);

    /// <summary>Called when the directory is known to be whole.</summary>
    internal Action Completed { get; init; } = () => { };

    /// <summary>Called with the machines that have names of their own.</summary>
    internal Action<RegistryNodes> Nodes { get; init; } = _ => { };

    /// <summary>Where what is known is kept for the next start; null: nowhere.</summary>
    internal RegistryFile? Kept { get; init; }

    /// <summary>Called before it connects: a login may have to be renewed.</summary>
    internal Func<CancellationToken, Task> Renew { get; init; } = _ => Task.CompletedTask;
}
