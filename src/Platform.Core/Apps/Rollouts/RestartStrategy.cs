namespace Platform.Core.Apps;

/// <summary>How many instances a rolling restart may kill at once and how many may exist at the same time.</summary>
/// <param name="MinHealthy">So many instances, old and new, stay healthy.</param>
/// <param name="MaxCapacity">So many instances, old and new, may hold a place.</param>
/// <param name="KillNow">So many healthy old instances may be killed now.</param>
public readonly record struct RestartStrategy(int MinHealthy, int MaxCapacity, int KillNow)
{
    /// <summary>Marathon's rule (TaskReplaceActor.computeRestartStrategy).</summary>
    /// <remarks>
    /// minHealthy = ceil(n * min), maxCapacity = floor(n * (1 + over)), killNow = max(0, healthy - minHealthy). When both are equal and
    /// reached, nothing could move: a resident app, whose instances cannot be doubled, kills one more; any other may have one more.
    /// </remarks>
    /// <param name="instances">The wanted number of instances.</param>
    /// <param name="upgrade">The shares that may be missing or extra.</param>
    /// <param name="bound">Instances cannot exist twice at a time: resident and system apps, and apps that allow a single instance.</param>
    /// <param name="healthy">Instances, old and new, that are healthy and not being killed.</param>
    public static RestartStrategy Compute(int instances, UpgradeStrategy upgrade, bool bound, int healthy)
    {
        // The share may not be exactly representable: 10 * (1 + 0.1) is 11.000000000000002, 3 * (1 + 1/3d) is below 4 in some orders.
        var minHealthy = (int)Math.Ceiling(Math.Round(instances * upgrade.MinimumHealthCapacity, 6));
        var maxCapacity = (int)Math.Floor(Math.Round(instances * (1 + upgrade.MaximumOverCapacity), 6));
        var killNow = Math.Max(0, healthy - minHealthy);
        if (minHealthy == maxCapacity && maxCapacity <= healthy)
        {
            if (bound)
                killNow = healthy - minHealthy + 1;
            else
                maxCapacity++;
        }
        return new(minHealthy, maxCapacity, killNow);
    }

    /// <summary>
    /// The same for an app that has instances left over from a deployment that was cancelled by force: all above the wanted number may go.
    /// </summary>
    /// <param name="instances">The wanted number of instances.</param>
    /// <param name="upgrade">The shares that may be missing or extra.</param>
    /// <param name="bound">Instances cannot exist twice at a time.</param>
    /// <param name="healthy">Instances, old and new, that are healthy and not being killed.</param>
    /// <param name="existing">All instances that are not being killed.</param>
    public static RestartStrategy Compute(int instances, UpgradeStrategy upgrade, bool bound, int healthy, int existing)
    {
        var strategy = Compute(instances, upgrade, bound, healthy);
        return existing > instances ? strategy with { KillNow = Math.Max(existing - instances, strategy.KillNow) } : strategy;
    }
}
