namespace Platform.Core.Registry;

/// <summary>How traffic is shared among endpoints, some of which get a set share together (a canary).</summary>
public static class EndpointShares
{
    private const int Parts = 10_000;

    /// <summary>The weight of each endpoint: its own, or such that endpoints with a share together get that percentage.</summary>
    /// <remarks>
    /// Of the ready ones: those with a share of s percent whose weights sum up to w get weight * s * 10,000 / (100 w), the others share the rest
    /// alike. When all have a share, or none has, weights count as they are, so that a share of 0 leaves nobody without an endpoint.
    /// </remarks>
    public static int[] WeightsOf<T>(IReadOnlyList<T> endpoints, Func<T, (int Weight, bool IsReady, double? Share)> of)
    {
        var weights = new int[endpoints.Count];
        double shared = 0, others = 0, share = 0;
        foreach (var endpoint in endpoints)
        {
            var (weight, isReady, percent) = of(endpoint);
            if (!isReady)
                continue;
            if (percent is { } part)
                (shared, share) = (shared + weight, Math.Clamp(part, 0, 100));
            else
                others += weight;
        }
        for (var i = 0; i < weights.Length; i++)
        {
            var (weight, _, percent) = of(endpoints[i]);
            weights[i] = shared <= 0 || others <= 0 ? weight : percent is null ? Part(weight, 100 - share, others) : Part(weight, share, shared);
        }
        return weights;
    }

    private static int Part(int weight, double percent, double sum) =>
        weight == 0 || percent <= 0 ? 0 : Math.Max(1, (int)Math.Round(weight * percent * Parts / 100 / sum));
}
