using System.Diagnostics.Metrics;

namespace Platform.Networking.Registry;

/// <summary>How old what this process knows of the registry may be; the meter <c>Platform.Registry</c>.</summary>
/// <remarks>Balancer and DNS go on with it, however old it is: these numbers are how anybody learns of it.</remarks>
public sealed class RegistryAge : IDisposable
{
    private readonly Meter _meter = new("Platform.Registry");
    private readonly Func<DateTimeOffset?> _heardAt;
    private readonly Func<bool> _isAway;
    private readonly TimeSpan _freshFor;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;

    /// <summary>Registers the instruments.</summary>
    /// <param name="heardAt">When the control plane was last heard; null: never yet.</param>
    /// <param name="isAway">Whether it is known to be away.</param>
    /// <param name="freshFor">When nothing was heard for longer it is taken to be away as well.</param>
    /// <param name="time">The clock.</param>
    public RegistryAge(Func<DateTimeOffset?> heardAt, Func<bool> isAway, TimeSpan freshFor, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_heardAt, _isAway, _freshFor, _time, _began) = (heardAt, isAway, freshFor, time, time.GetUtcNow());
        _meter.CreateObservableGauge("platform.registry.stale", () => IsStale ? 1 : 0, description: "1: the control plane is away, and balancers and DNS go on with what is known");
        _meter.CreateObservableGauge("platform.registry.age", () => Age.TotalSeconds, "s", "Time since the control plane was last heard");
    }

    /// <summary>Time since the control plane was last heard, or since this process began.</summary>
    public TimeSpan Age => _time.GetUtcNow() - (_heardAt() ?? _began);

    /// <summary>The control plane is away: what is known may no longer be true.</summary>
    public bool IsStale => _isAway() || Age > _freshFor;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
