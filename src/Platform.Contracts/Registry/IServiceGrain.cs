using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Registry;

/// <summary>One service: what was registered for it from outside, kept over restarts. Keyed by the service's name.</summary>
/// <remarks>Endpoints of tasks come from their owners, which tell the <see cref="IRegistryGrain"/> themselves.</remarks>
[Alias("Platform.IServiceGrain")]
public interface IServiceGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Registers an instance or replaces it; durable when it returns.</summary>
    [Alias("Register")]
    Task RegisterAsync(ServiceRegistration registration);

    /// <summary>Removes an instance; durable when it returns. False: there is none of that id.</summary>
    [Alias("Deregister")]
    Task<bool> DeregisterAsync(string id);

    /// <summary>An instance with a time to live is still there. False: there is none of that id, and it must register again.</summary>
    [Alias("Heartbeat")]
    Task<bool> HeartbeatAsync(string id);

    /// <summary>What is registered, in the order of ids.</summary>
    [AlwaysInterleave, Alias("Registrations")]
    Task<ValueList<ServiceRegistration>> GetRegistrationsAsync();

    /// <summary>The grain's own checks have found something out.</summary>
    [OneWay, Alias("Checked")]
    Task CheckedAsync(CheckOutcome outcome);

    /// <summary>Tells the registry all it has, and looks after times to live and checks. For a new activation of the registry, and every few seconds, should the grain's silo have died.</summary>
    [OneWay, Alias("Tell")]
    Task TellEndpointsAsync(long run);
}
