using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Looks whether an instance from outside is there.</summary>
public interface IInstanceProbe
{
    /// <summary>Looks once.</summary>
    /// <returns>What is wrong; null: it is there.</returns>
    Task<string?> LookAsync(string address, InstanceCheck check, CancellationToken cancellationToken);
}
