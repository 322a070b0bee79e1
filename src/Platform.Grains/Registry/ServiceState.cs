using Platform.Contracts.Registry;
using Platform.Core.Collections;

namespace Platform.Grains.Registry;

/// <summary>What is kept of a service over restarts.</summary>
[GenerateSerializer, Alias("Platform.ServiceState")]
public sealed class ServiceState
{
    /// <summary>What was registered from outside, by id.</summary>
    [Id(0)] public ValueMap<ServiceRegistration> Registrations { get; set; }
}
