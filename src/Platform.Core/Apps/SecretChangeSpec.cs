namespace Platform.Core.Apps;

/// <summary>What an app asks for when a secret that it uses gets a new value.</summary>
[GenerateSerializer, Immutable, Alias("Platform.SecretChangeSpec")]
public sealed record SecretChangeSpec
{
    /// <summary>The signal of apps that name none.</summary>
    public const string DefaultSignal = "SIGHUP";

    /// <summary>What happens.</summary>
    [Id(0)] public SecretChange Mode { get; init; }

    /// <summary>With <see cref="SecretChange.Signal"/>: which one, one of <see cref="Tasks.SignalNames"/>. Default SIGHUP.</summary>
    [Id(1)] public string Signal { get; init; } = DefaultSignal;
}
