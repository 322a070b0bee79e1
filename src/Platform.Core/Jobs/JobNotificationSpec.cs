using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>What somebody is told of a job, and where. Either <see cref="Webhook"/> or <see cref="Email"/> is set.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobNotificationSpec")]
public sealed record JobNotificationSpec
{
    /// <summary>What is told. Default: failures.</summary>
    [Id(0)] public ValueList<NotificationEvent> On { get; init; } = [NotificationEvent.Failure];

    /// <summary>An http or https address that is posted to; null: none.</summary>
    [Id(1)] public string? Webhook { get; init; }

    /// <summary>Headers of the post. Default none.</summary>
    [Id(2)] public ValueMap<string> Headers { get; init; }

    /// <summary>Addresses that get a mail. Default none.</summary>
    [Id(3)] public ValueList<string> Email { get; init; }
}

/// <summary>What can be told of a job.</summary>
[GenerateSerializer, Alias("Platform.NotificationEvent")]
public enum NotificationEvent
{
    /// <summary>A run has failed.</summary>
    Failure,

    /// <summary>A run has succeeded.</summary>
    Success,

    /// <summary>A run has not started in time, or a due time was left out because it was too late.</summary>
    Lateness,

    /// <summary>A run has succeeded after one or more have failed.</summary>
    Recovery,
}
