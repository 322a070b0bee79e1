using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Contracts.Registry;

/// <summary>Gathers the endpoints of all services and gives each change a number, so that every process can follow. Key 0.</summary>
/// <remarks>
/// Its memory is soft: owners of tasks and <see cref="IServiceGrain"/>s tell it, and a new activation asks them all again. What came to pass is
/// numbered by <see cref="RegistryPosition.Index"/>, which grows over activations as well.
/// </remarks>
[Alias("Platform.IRegistryGrain")]
public interface IRegistryGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Takes changes over, each of one owner's part of one service.</summary>
    /// <returns>The services of which an earlier change is missing: their owner tells the whole of its part again.</returns>
    [Alias("Apply")]
    Task<RegistryAnswer> ApplyAsync(ValueList<EndpointChange> changes);

    /// <summary>An owner that was asked (<see cref="IEndpointOwnerGrain.TellEndpointsAsync"/>) has nothing to tell, or, if it is one with several services, nothing more.</summary>
    [OneWay, Alias("NothingToTell")]
    Task NothingToTellAsync(string owner);

    /// <summary>Where the registry stands; tells the observer of changes from now on, for as long as it comes back every few seconds.</summary>
    /// <param name="observer">Who is told.</param>
    /// <param name="applied">The number up to which the observer has taken changes over.</param>
    /// <param name="address">Where the observer's process serves HTTP, such as <c>10.0.0.1:5050</c>; null: it does not.</param>
    [AlwaysInterleave, Alias("Follow")]
    Task<RegistryPosition> FollowAsync(IRegistryObserver observer, long applied, string? address);

    /// <summary>Whole lists, in the order of service and owner, a page at a time.</summary>
    /// <param name="after">The last of the page before, as its service and owner say; null: from the beginning.</param>
    [AlwaysInterleave, Alias("List")]
    Task<RegistryPage> ListAsync(EndpointChange? after);

    /// <summary>The changes after a number, in order, at most some hundreds; null: they are no longer kept, or another activation numbered them.</summary>
    [AlwaysInterleave, Alias("Changes")]
    Task<RegistryChanges?> ReadAsync(long run, long after);

    /// <summary>Whether every process that follows has taken over the changes up to a number; those that have not come back for long do not count.</summary>
    [AlwaysInterleave, Alias("IsApplied")]
    Task<bool> IsAppliedAsync(long index);

    /// <summary>An observer says which of the endpoints that drain in what it has applied have nothing under way at its balancers: these, and no others. It says so again with each change, and every few seconds.</summary>
    [AlwaysInterleave, Alias("Free")]
    Task FreeAsync(IRegistryObserver observer, ValueList<string> endpoints);

    /// <summary>Waits until every process that follows has taken over the changes up to a number and none has anything under way at these endpoints. False: not within the time, or it is not known.</summary>
    /// <param name="endpoints">Endpoints that drain.</param>
    /// <param name="index">The number of the change by which they do.</param>
    /// <param name="longest">How long to wait, a few seconds.</param>
    [AlwaysInterleave, Alias("WhenFree")]
    Task<bool> WhenFreeAsync(ValueList<string> endpoints, long index, TimeSpan longest);
}
