using Platform.Contracts.Events;
using Platform.Grains.Events;

namespace Platform.Grains.Deployments;

public sealed partial class DeploymentGrain
{
    private void PublishStep(DeploymentStepPhase phase) =>
        PlatformEvents.Publish(GrainFactory, time.GetUtcNow(), new DeploymentStepChanged(phase, Id, _start!.Version, _start.Plan, _step));
}
