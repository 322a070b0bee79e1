using Platform.Contracts.Events;
using Platform.Grains.Events;

namespace Platform.Grains.Groups;

/// <summary>Tells when the gate begins and ends to serve: what a leader was for clients of Marathon.</summary>
public sealed partial class GroupGrain
{
    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        // While the process stops there may be no silo left that could take it into the log.
        if (reason.ReasonCode != DeactivationReasonCode.ShuttingDown)
            PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new SchedulerEnded());
        return Task.CompletedTask;
    }

    // Until something was changed there is nothing that a scheduler could come back to.
    private void PublishRegistered() =>
        PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new SchedulerBegun(_ledger.Version.Length == 0, Environment.MachineName));
}
