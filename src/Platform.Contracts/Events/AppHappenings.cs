using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Contracts.Events;

/// <summary>A task of an app is in another state.</summary>
/// <param name="AppId">The app.</param>
/// <param name="AgentId">The agent that the task is on.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="TaskId">The task.</param>
/// <param name="State">Its state.</param>
/// <param name="Message">Why; null: nothing was said.</param>
/// <param name="IpAddresses">Its addresses.</param>
/// <param name="Ports">The ports of its instance on the host; 0: none.</param>
/// <param name="Version">The version of the app that the instance is of.</param>
[GenerateSerializer, Immutable, Alias("Platform.TaskChanged")]
public sealed record TaskChanged(
    [property: Id(0)] string AppId,
    [property: Id(1)] string AgentId,
    [property: Id(2)] string Host,
    [property: Id(3)] string TaskId,
    [property: Id(4)] TaskState State,
    [property: Id(5)] string? Message,
    [property: Id(6)] ValueList<string> IpAddresses,
    [property: Id(7)] ValueList<int> Ports,
    [property: Id(8)] string Version) : Happening;

/// <summary>An instance is in another state.</summary>
/// <param name="AppId">The app or pod.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="State">Its state.</param>
/// <param name="AgentId">The agent that it is on.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="Version">The version that it is of.</param>
[GenerateSerializer, Immutable, Alias("Platform.InstanceChanged")]
public sealed record InstanceChanged(
    [property: Id(0)] string AppId,
    [property: Id(1)] string InstanceId,
    [property: Id(2)] TaskState State,
    [property: Id(3)] string AgentId,
    [property: Id(4)] string Host,
    [property: Id(5)] string Version) : Happening;

/// <summary>All health checks of an instance together say something else.</summary>
/// <param name="AppId">The app or pod.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="Healthy">What they say; null: nothing yet.</param>
/// <param name="Version">The version that it is of.</param>
[GenerateSerializer, Immutable, Alias("Platform.InstanceHealthChanged")]
public sealed record InstanceHealthChanged(
    [property: Id(0)] string AppId, [property: Id(1)] string InstanceId, [property: Id(2)] bool? Healthy, [property: Id(3)] string Version) : Happening;

/// <summary>An agent told of the end of an instance that its app does not know.</summary>
/// <param name="AppId">The app or pod that it names.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="State">How it ended.</param>
[GenerateSerializer, Immutable, Alias("Platform.UnknownInstanceEnded")]
public sealed record UnknownInstanceEnded([property: Id(0)] string AppId, [property: Id(1)] string InstanceId, [property: Id(2)] TaskState State) : Happening;

/// <summary>A check of an app's health begins.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Version">The version that has it.</param>
/// <param name="Check">The check.</param>
[GenerateSerializer, Immutable, Alias("Platform.HealthCheckBegun")]
public sealed record HealthCheckBegun([property: Id(0)] string AppId, [property: Id(1)] string Version, [property: Id(2)] HealthCheckSpec Check) : Happening;

/// <summary>A check of an app's health is over.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Version">The version that has it.</param>
/// <param name="Check">The check.</param>
[GenerateSerializer, Immutable, Alias("Platform.HealthCheckEnded")]
public sealed record HealthCheckEnded([property: Id(0)] string AppId, [property: Id(1)] string Version, [property: Id(2)] HealthCheckSpec Check) : Happening;

/// <summary>A check of an instance's health failed.</summary>
/// <param name="AppId">The app.</param>
/// <param name="TaskId">The task that was checked.</param>
/// <param name="InstanceId">Its instance.</param>
/// <param name="Check">The check; null: it is not known any more.</param>
/// <param name="Reason">Why.</param>
/// <param name="ConsecutiveFailures">How often it failed in a row.</param>
[GenerateSerializer, Immutable, Alias("Platform.HealthCheckFailed")]
public sealed record HealthCheckFailed(
    [property: Id(0)] string AppId,
    [property: Id(1)] string TaskId,
    [property: Id(2)] string InstanceId,
    [property: Id(3)] HealthCheckSpec? Check,
    [property: Id(4)] string Reason,
    [property: Id(5)] int ConsecutiveFailures) : Happening;

/// <summary>A check of an instance's health says the other thing.</summary>
/// <param name="AppId">The app.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="Version">The version that it is of.</param>
/// <param name="Alive">Whether it succeeds now.</param>
[GenerateSerializer, Immutable, Alias("Platform.HealthCheckTurned")]
public sealed record HealthCheckTurned([property: Id(0)] string AppId, [property: Id(1)] string InstanceId, [property: Id(2)] string Version, [property: Id(3)] bool Alive) : Happening;

/// <summary>An instance is killed because a check of its health failed too often.</summary>
/// <param name="AppId">The app.</param>
/// <param name="TaskId">Its task.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="Version">The version that it is of.</param>
/// <param name="Reason">Why the check failed.</param>
/// <param name="Host">The host that it is on.</param>
/// <param name="AgentId">The agent that it is on.</param>
[GenerateSerializer, Immutable, Alias("Platform.UnhealthyInstanceKilled")]
public sealed record UnhealthyInstanceKilled(
    [property: Id(0)] string AppId,
    [property: Id(1)] string TaskId,
    [property: Id(2)] string InstanceId,
    [property: Id(3)] string Version,
    [property: Id(4)] string Reason,
    [property: Id(5)] string Host,
    [property: Id(6)] string AgentId) : Happening;

/// <summary>An app was removed and its last instance is gone.</summary>
/// <param name="AppId">The app.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppEnded")]
public sealed record AppEnded([property: Id(0)] string AppId) : Happening;

/// <summary>The number of an app's instances follows its load.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Version">Its version.</param>
/// <param name="From">How many there were.</param>
/// <param name="To">How many there shall be.</param>
/// <param name="Arithmetic">How that was reckoned, for people.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppAutoscaled")]
public sealed record AppAutoscaled(
    [property: Id(0)] string AppId, [property: Id(1)] string Version, [property: Id(2)] int From, [property: Id(3)] int To, [property: Id(4)] string Arithmetic) : Happening;

/// <summary>Labels of a new definition are passed over, because they cannot be read.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Version">The version whose definition has them.</param>
/// <param name="Warnings">Which, and what to write.</param>
[GenerateSerializer, Immutable, Alias("Platform.LabelsUnread")]
public sealed record LabelsUnread([property: Id(0)] string AppId, [property: Id(1)] string Version, [property: Id(2)] ValueList<LabelWarning> Warnings) : Happening;

/// <summary>Somebody asked for a change of an app.</summary>
/// <param name="ClientAddress">Where the request came from; empty: not known.</param>
/// <param name="Path">The path of the request.</param>
/// <param name="App">The app that was asked for.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppRequested")]
public sealed record AppRequested([property: Id(0)] string ClientAddress, [property: Id(1)] string? Path, [property: Id(2)] AppSpec App) : Happening;

/// <summary>What was asked for.</summary>
[GenerateSerializer, Alias("Platform.RequestedChange")]
public enum RequestedChange
{
    /// <summary>That something begins to be.</summary>
    Created,

    /// <summary>That something is otherwise.</summary>
    Updated,

    /// <summary>That something is no more.</summary>
    Deleted,
}

/// <summary>Somebody asked for a change of a pod.</summary>
/// <param name="Change">Which.</param>
/// <param name="ClientAddress">Where the request came from; empty: not known.</param>
/// <param name="Path">The path of the request.</param>
[GenerateSerializer, Immutable, Alias("Platform.PodRequested")]
public sealed record PodRequested([property: Id(0)] RequestedChange Change, [property: Id(1)] string ClientAddress, [property: Id(2)] string? Path) : Happening;
