using System.Diagnostics.CodeAnalysis;
using Orleans.Metadata;

namespace Platform.Clustering;

/// <summary>Gives the first calls of each activation a turn of their own.</summary>
/// <remarks>
/// Orleans 10.4 holds the activation's lock while it constructs the grain, and goes on under it for as long as nothing yields: activation and the
/// calls that wait run with the lock held. A call to another grain of this silo takes that one's lock, so two grains which begin at the same
/// time and call each other wait for each other for ever, and all who call them do. With a yield before activation nothing runs under the lock.
/// </remarks>
internal sealed class ActivationTurn : IConfigureGrainContextProvider, IConfigureGrainContext
{
    public bool TryGetConfigurator(GrainType grainType, GrainProperties properties, [NotNullWhen(true)] out IConfigureGrainContext? configurator)
    {
        // What stands for all workers of a stateless grain, such as the runtime's own for management, is no activation and has no lifecycle.
        var isActivation = !properties.Properties.TryGetValue(WellKnownGrainTypeProperties.PlacementStrategy, out var placement) || placement != "StatelessWorkerPlacement";
        configurator = isActivation ? this : null;
        return isActivation;
    }

    public void Configure(IGrainContext context) =>
        context.ObservableLifecycle.Subscribe(nameof(ActivationTurn), GrainLifecycleStage.First, static async _ => await Task.Yield(), static _ => Task.CompletedTask);
}
