using System.Diagnostics;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Benchmarks.Discovery;

/// <summary>A process' copy of a large registry: what it takes, and what a change and a look-up cost.</summary>
internal sealed class RegistryMemory : IBenchmark
{
    public string Description => "a copy of the registry with its zones, and how soon watchers hear of a change: --services 10000 --endpoints 10 --changes 100000 --watched 2000";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var services = options.Number("services", 10_000);
        var endpoints = options.Number("endpoints", 10);
        var changes = options.Number("changes", 100_000);
        var watched = options.Number("watched", 2_000);
        options.RejectUnknown();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (directory, zone) = (new ServiceDirectory(), new ServiceZone(new()));
        directory.Follow(zone.Apply);
        var filling = Stopwatch.StartNew();
        for (var i = 0; i < services; i++)
            directory.TryApply(new() { Service = $"app{i}.group.marathon", Owner = $"app:/group/app{i}", To = 1, Set = Enumerable.Range(0, endpoints).Select(j => Endpoint(i, j, 0)).ToValueList() });
        filling.Stop();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        var changing = Stopwatch.StartNew();
        for (var i = 0; i < changes; i++)
        {
            var service = i % services;
            var version = 1 + (i / services);
            directory.TryApply(new() { Service = $"app{service}.group.marathon", Owner = $"app:/group/app{service}", From = version, To = version + 1, Set = [Endpoint(service, i % endpoints, version)] });
        }
        changing.Stop();

        var looking = Stopwatch.StartNew();
        const int Lookups = 100_000;
        var records = 0;
        for (var i = 0; i < Lookups; i++)
            records += zone.Find($"app{i % services}.group.marathon.mesos.").Records.Count;
        looking.Stop();
        var heard = await ChangeToWatcher.MeasureAsync(watched);
        return new Dictionary<string, object>
        {
            ["endpoints"] = services * endpoints,
            ["megabytes"] = Math.Round(held / 1e6, 1),
            ["fillSeconds"] = Math.Round(filling.Elapsed.TotalSeconds, 2),
            ["changesPerSecond"] = Math.Round(changes / changing.Elapsed.TotalSeconds),
            ["lookUpsPerSecond"] = Math.Round(Lookups / looking.Elapsed.TotalSeconds),
            ["records"] = records,
            ["changeToWatcherP50Ms"] = Math.Round(heard[heard.Length / 2], 2),
            ["changeToWatcherP99Ms"] = Math.Round(heard[heard.Length * 99 / 100], 2),
        };
    }

    private static ServiceEndpoint Endpoint(int service, int number, int version) => new()
    {
        Id = $"group_app{service}.instance-6f1b2c3d-0000-4000-8000-{number:D12}._app.1",
        Framework = AppEndpoints.Framework,
        Name = $"app{service}.group",
        DiscoveryName = $"app{service}.group",
        AgentId = $"c5cf1bb9-d1ae-4e05-88fd-{number:D12}",
        AgentAddresses = [$"10.0.{number}.{(service % 250) + 1}"],
        State = EndpointState.Ready,
        Ports = [new() { Name = "http", HostPort = 31000 + number, Labels = ValueMap.Create(("VIP_0", $"/group/app{service}:80")) }],
        Owner = $"app:/group/app{service}",
        Version = $"{version}",
    };
}
