namespace Platform.GrainRuntime.Hosting;

/// <summary>Decides for tests which idle activation ends before its next call.</summary>
internal sealed class RandomDeactivation(double probability, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();

    public bool Strikes()
    {
        lock (_gate)
        {
            return _random.NextDouble() < probability;
        }
    }
}
