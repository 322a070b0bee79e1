namespace Platform.Benchmarks;

/// <summary>A measurement. Its result is printed as one JSON line together with the facts of the machine.</summary>
internal interface IBenchmark
{
    /// <summary>One line for the list: what is measured, and its options with their defaults.</summary>
    string Description { get; }

    /// <summary>Measures. Progress for people goes to the standard error stream.</summary>
    /// <returns>The numbers, by names that say their units.</returns>
    Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options);
}
