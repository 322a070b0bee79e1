namespace Platform.Contracts.Registry;

/// <summary>A grain whose tasks are endpoints of a service.</summary>
[Alias("Platform.IEndpointOwnerGrain")]
public interface IEndpointOwnerGrain : IGrainWithStringKey
{
    /// <summary>The registry has begun anew, or has endpoints of the owner that may be no more: the owner tells it all its endpoints, or that it has none.</summary>
    /// <param name="run">The registry's activation.</param>
    [OneWay, Alias("TellEndpoints")]
    Task TellEndpointsAsync(long run);
}
