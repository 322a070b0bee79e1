using System.Text.Json.Serialization;

namespace Platform.Contracts.Events;

/// <summary>What an event says. This itself is something that a newer version tells of and this one does not know.</summary>
/// <remarks>How users are told it is no matter of events: see <see cref="IEventVocabulary"/>. The names of kinds are stored.</remarks>
[GenerateSerializer, Immutable, Alias("Platform.Happening")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", IgnoreUnrecognizedTypeDiscriminators = true)]
[JsonDerivedType(typeof(TaskChanged), "task")]
[JsonDerivedType(typeof(InstanceChanged), "instance")]
[JsonDerivedType(typeof(InstanceHealthChanged), "instanceHealth")]
[JsonDerivedType(typeof(UnknownInstanceEnded), "unknownInstanceEnded")]
[JsonDerivedType(typeof(HealthCheckBegun), "healthCheckBegun")]
[JsonDerivedType(typeof(HealthCheckEnded), "healthCheckEnded")]
[JsonDerivedType(typeof(HealthCheckFailed), "healthCheckFailed")]
[JsonDerivedType(typeof(HealthCheckTurned), "healthCheckTurned")]
[JsonDerivedType(typeof(UnhealthyInstanceKilled), "unhealthyInstanceKilled")]
[JsonDerivedType(typeof(AppEnded), "appEnded")]
[JsonDerivedType(typeof(AppAutoscaled), "appAutoscaled")]
[JsonDerivedType(typeof(LabelsUnread), "labelsUnread")]
[JsonDerivedType(typeof(AppRequested), "appRequested")]
[JsonDerivedType(typeof(PodRequested), "podRequested")]
[JsonDerivedType(typeof(DeploymentStepChanged), "deploymentStep")]
[JsonDerivedType(typeof(DeploymentEnded), "deploymentEnded")]
[JsonDerivedType(typeof(GroupChanged), "group")]
[JsonDerivedType(typeof(SchedulerBegun), "schedulerBegun")]
[JsonDerivedType(typeof(SchedulerEnded), "schedulerEnded")]
[JsonDerivedType(typeof(AgentChanged), "agent")]
[JsonDerivedType(typeof(FrameworkChanged), "framework")]
[JsonDerivedType(typeof(FrameworkLabelsUnread), "frameworkLabelsUnread")]
[JsonDerivedType(typeof(JobChanged), "job")]
[JsonDerivedType(typeof(ClockJumped), "clockJumped")]
[JsonDerivedType(typeof(ReaderAttached), "readerAttached")]
[JsonDerivedType(typeof(ReaderDetached), "readerDetached")]
public record Happening
{
    /// <summary>Nothing that is known.</summary>
    public static Happening Unknown { get; } = new();
}
