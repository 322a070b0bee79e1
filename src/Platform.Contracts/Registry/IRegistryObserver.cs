namespace Platform.Contracts.Registry;

/// <summary>Somebody who follows the registry.</summary>
[Alias("Platform.IRegistryObserver")]
public interface IRegistryObserver : IGrainObserver
{
    /// <summary>There are changes up to this number. It may be lost, and is only a hint to read.</summary>
    [OneWay, Alias("Changed")]
    Task ChangedAsync(long index);
}
