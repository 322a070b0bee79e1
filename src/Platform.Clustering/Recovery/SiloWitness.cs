using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;
using Platform.Contracts.Recovery;

namespace Platform.Clustering.Recovery;

/// <summary>Answers for this silo.</summary>
[GrainType("silowitness")]
public sealed partial class SiloWitness(GrainId id, Silo silo, ILoggerFactory logging, StoreWatch watch, IClusterMembershipService membership) : GrainService(id, silo, logging), ISiloWitness
{
    private readonly ILogger _logger = logging.CreateLogger<SiloWitness>();

    /// <inheritdoc/>
    public async Task<bool> GiveUpAsync(SiloAddress silo)
    {
        // The word of a silo that is cut off itself counts for nothing. The list of silos is in the store: who can write there reaches it.
        if (!await watch.CanWitnessAsync())
            return false;
        LogGivenUp(_logger, silo);
        return await membership.TryKill(silo);
    }

    [LoggerMessage(LogLevel.Warning, "Silo {Silo} says that it does not reach the store, which this one does: it is given up")]
    private static partial void LogGivenUp(ILogger logger, SiloAddress silo);
}

/// <summary>Finds the witness of a silo.</summary>
public sealed class SiloWitnesses(IServiceProvider services) : GrainServiceClient<ISiloWitness>(services)
{
    /// <summary>The witness of this silo.</summary>
    public ISiloWitness Of(SiloAddress silo) => GetGrainService(silo);
}
