using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Registry;
using Platform.Core.Registry;
using Platform.Grains.Registry;
using Platform.Grains.Tests.Hosting;
using static Platform.Grains.Tests.Registry.RegistryReading;

namespace Platform.Grains.Tests.Registry;

/// <summary>What was registered from outside.</summary>
public sealed class OutsideEndpointTests
{
    [Fact]
    public async Task What_was_registered_from_outside_goes_when_it_is_silent_for_its_time()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.Registry.AskAgain = TimeSpan.FromMilliseconds(100));
        var (service, registry) = (host.GetGrain<IServiceGrain>("db"), host.GetGrain<IRegistryGrain>(0));
        await service.RegisterAsync(new() { Id = "silent", Address = "10.0.0.1", TtlSeconds = 1 });
        await service.RegisterAsync(new() { Id = "stays", Address = "10.0.0.2" });
        (await EndpointsAsync(registry, endpoints => endpoints.Count == 2)).ShouldAllBe(endpoint => endpoint.Framework == "service");
        (await service.HeartbeatAsync("silent")).ShouldBeTrue();
        (await service.HeartbeatAsync("nobody")).ShouldBeFalse();

        (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0].Id.ShouldBe("stays");

        (await service.DeregisterAsync("stays")).ShouldBeTrue();
        (await service.DeregisterAsync("stays")).ShouldBeFalse();
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
    }

    [Fact]
    public async Task What_was_registered_from_outside_with_a_check_is_found_while_that_passes()
    {
        var probe = new ScriptedProbe { Problem = "closed" };
        await using var host = await ControlPlaneHost.StartAsync(services: services => services.AddSingleton<IInstanceProbe>(probe));
        var (service, registry) = (host.GetGrain<IServiceGrain>("db"), host.GetGrain<IRegistryGrain>(0));
        var registration = new ServiceRegistration { Id = "one", Address = "10.0.0.1", Check = new() { Port = 5432, IntervalSeconds = 0, Failures = 2 } };
        await service.RegisterAsync(registration);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: "closed" }]);

        probe.Problem = null;
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready, Problem: null }]);
        (await service.GetRegistrationsAsync())[0].Health!.IsHealthy.ShouldBe(true);
        // To register it again, as it is, changes nothing; a new activation begins with what was known.
        await service.RegisterAsync(registration);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]);
        probe.Hold();
        await host.CrashAsync();
        registry = host.GetGrain<IRegistryGrain>(0);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]);

        probe.Problem = "gone";
        probe.Release();
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: "gone" }]);
        // Another address is another instance, of which nothing is known.
        probe.Hold();
        await host.GetGrain<IServiceGrain>("db").RegisterAsync(registration with { Address = "10.0.0.2" });
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: null }]);
        probe.Release();
    }

    /// <summary>Says what the test says, once it lets it.</summary>
    private sealed class ScriptedProbe : IInstanceProbe
    {
        private volatile TaskCompletionSource _held = Open();

        internal string? Problem { get; set; }

        internal void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Release() => _held.TrySetResult();

        public async Task<string?> LookAsync(string address, InstanceCheck check, CancellationToken cancellationToken)
        {
            await _held.Task.WaitAsync(cancellationToken);
            return Problem;
        }

        private static TaskCompletionSource Open()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
