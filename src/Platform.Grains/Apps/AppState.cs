using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Grains.Apps;

/// <summary>What an app's grain records besides its instances, versions and failures.</summary>
[GenerateSerializer, Alias("Platform.AppState")]
public sealed class AppState
{
    /// <summary>The definition that is being reached or stands; null: there is no such app.</summary>
    [Id(0)] public AppVersion? Target { get; set; }

    /// <summary>The definition before an order that has not succeeded; null: there was none, or the last order succeeded.</summary>
    [Id(1)] public AppVersion? Previous { get; set; }

    /// <summary>The order being carried out.</summary>
    [Id(2)] public ActiveOrder? Order { get; set; }

    /// <summary>The last order that ended, to tell its end again.</summary>
    [Id(3)] public OrderEnd? LastEnd { get; set; }

    /// <summary>How far the order is.</summary>
    [Id(4)] public RolloutState Rollout { get; set; } = new();

    /// <summary>Launch delays by version of configuration.</summary>
    [Id(5)] public ValueMap<LaunchDelay> Delays { get; set; }

    /// <summary>Instances of a run-once app that ended for good under this configuration.</summary>
    [Id(6)] public int Completed { get; set; }

    /// <summary>The number of instances that autoscaling decided; null: what the definition says.</summary>
    [Id(7)] public int? ScaledTo { get; set; }

    /// <summary>How many ends of instances were recorded; the next one's place in the ring.</summary>
    [Id(8)] public long Ends { get; set; }

    /// <summary>The decision behind <see cref="ScaledTo"/>.</summary>
    [Id(9)] public AutoscalingStatus? Autoscaled { get; set; }

    /// <summary>The latest term of an order that was taken or abandoned; earlier ones are refused.</summary>
    [Id(10)] public OrderTerm? Term { get; set; }

    /// <summary>The term of the last activation that wrote; each raises it with its first write.</summary>
    [Id(11)] public long OwnerTerm { get; set; }

    /// <summary>The digests of images; see <see cref="Core.Apps.ImagePins"/>.</summary>
    [Id(12)] public ValueMap<string> ImagePins { get; set; }

    /// <summary>The last change of a secret that its tasks have to be told of; 0: there was none.</summary>
    [Id(13)] public long SecretsAsOf { get; set; }
}
