using Orleans.Services;

namespace Platform.Contracts.Recovery;

/// <summary>One on each silo: says whether its silo reaches what all silos share.</summary>
[Alias("Platform.ISiloWitness")]
public interface ISiloWitness : IGrainService
{
    /// <summary>A silo does not reach the store. If this one does, it has the cluster give that silo up, so that its grains go on elsewhere at once.</summary>
    /// <param name="silo">The silo that asks.</param>
    /// <returns>True: the silo that asks is given up, and has to end. False: nobody reaches the store here either.</returns>
    [AlwaysInterleave, Alias("GiveUp")]
    Task<bool> GiveUpAsync(SiloAddress silo);
}
