using System.Text.Json;
using Platform.Benchmarks;
using Platform.Benchmarks.GrainRuntime;

var benchmarks = new SortedDictionary<string, IBenchmark>
{
    ["grain-calls"] = new GrainCalls(),
    ["grain-writes"] = new GrainWrites(),
};

if (args is [] or ["--help" or "-h", ..])
{
    Console.WriteLine("Usage: dotnet run -c Release --project tests/Platform.Benchmarks -- NAME [--option value ...]");
    foreach (var (name, listed) in benchmarks)
    {
        Console.WriteLine($"  {name,-20} {listed.Description}");
    }

    return args is [] ? 2 : 0;
}

if (!benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"There is no benchmark '{args[0]}'; --help lists them.");
    return 2;
}

try
{
    var results = await benchmark.RunAsync(new BenchmarkOptions(args.AsSpan(1)));
    Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object> { ["benchmark"] = args[0], ["results"] = results, ["machine"] = MachineFacts.Read() }));
    return 0;
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}
