using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Tests.Security;
using Platform.Client;
using Platform.Client.Services;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Api.Tests.Registry;

/// <summary>Services over HTTP: what is refused, who is told, who is waited for.</summary>
public sealed class ServiceTests(SecureServer server) : IClassFixture<SecureServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IRegistryGrain Registry => server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRegistryGrain>(0);

    [Theory]
    [InlineData("/api/services/db/instances/one", """{"address":"db.example.com"}""", "/address")]
    [InlineData("/api/services/db/instances/one", """{"address":"10.0.0.1","ports":[{"port":80},{"port":80}]}""", "/ports")]
    [InlineData("/api/services/db/instances/one", """{"address":"10.0.0.1","ports":[{"name":"a","port":80},{"name":"a","port":81}]}""", "/ports")]
    [InlineData("/api/services/db/instances/one", """{"address":"10.0.0.1","port":70000}""", "/port")]
    [InlineData("/api/services/D%20B!/instances/one", """{"address":"10.0.0.1"}""", "/service")]
    [InlineData("/api/services/db/instances/o%20ne", """{"address":"10.0.0.1"}""", "/id")]
    public async Task What_cannot_be_registered_is_refused_with_its_place(string path, string json, string problem)
    {
        var answer = await server.SendAsync("PUT", path, server.Root, json);

        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, answer.Text);
        answer.Text.ShouldContain($"\"{problem}\"");
    }

    [Fact]
    public async Task All_problems_of_a_registration_are_told_at_once()
    {
        var answer = await server.SendAsync("PUT", "/api/services/BAD/instances/one", server.Root, """{"address":"nowhere","ports":[{"port":1},{"port":1}],"state":"fine"}""");

        foreach (var place in new[] { "/service", "/address", "/ports", "/state" })
            answer.Text.ShouldContain($"\"{place}\"");
    }

    [Fact]
    public async Task Labels_that_cannot_be_read_are_told_and_the_rest_goes_on()
    {
        var labels = ValueMap.Create(("VIP_0", "nowhere"), ("VIP_1", "/good:80"));
        await TellAsync("labelled.marathon", 1, "one", EndpointState.Ready, endpoint => endpoint with
        {
            Labels = ValueMap.Create(("INGRESS_0_HOST", "not a host!"), ("INGRESS_9_HOST", "a.example.com")),
            Ports = [new() { HostPort = 1, Labels = labels }],
        });

        var shown = await ServiceAsync("labelled.marathon", service => service.GetProperty("endpoints").GetArrayLength() == 1);

        shown.GetProperty("virtualAddresses")[0].GetProperty("name").GetString().ShouldBe("good.marathon.l4lb.thisdcos.directory:80");
        var problems = shown.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()).ToList();
        problems.ShouldContain(problem => problem!.StartsWith("label VIP_0: 'nowhere' has no port", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem!.StartsWith("label INGRESS_0_HOST: ", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem!.StartsWith("label INGRESS_9_HOST: there is no port 9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Agents_are_told_no_labels_that_hold_logins()
    {
        await TellAsync("locked.marathon", 1, "one", EndpointState.Ready, endpoint => endpoint with
        {
            // Without an owner labels are the tags of an instance from outside, which everybody is told.
            Owner = "app:/locked",
            Labels = ValueMap.Create(("HAPROXY_0_AUTH", "realm:user:hash"), ("DNS_TXT", "text"), ("INGRESS_0_WAKE", "1")),
            Ports = [new() { HostPort = 1, Labels = ValueMap.Create(("VIP_0", "/x:80"), ("INGRESS_AUTH", "realm:user:hash")) }],
        });
        await ServiceAsync("locked.marathon", service => service.GetProperty("endpoints").GetArrayLength() == 1);

        var endpoint = await FirstOfAsync("locked.marathon", new() { IsAgent = true });
        endpoint.Labels!.Keys.Order().ShouldBe(["DNS_TXT", "INGRESS_0_WAKE"]);
        endpoint.Ports.Single().Labels!.Keys.ShouldBe(["VIP_0"]);
        (await FirstOfAsync("locked.marathon", new())).Labels!.Keys.ShouldContain("HAPROXY_0_AUTH");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_an_instance_waits_for_a_balancer_that_follows_and_not_for_one_that_is_gone(bool isAgent)
    {
        var service = $"waited-{isAgent}.marathon".ToLowerInvariant();
        var options = new EndpointWatchOptions { IsAgent = isAgent, Acknowledges = true };
        using var client = Client();
        using var gone = new CancellationTokenSource(Patience);
        await TellAsync(service, 1, "one", EndpointState.Ready);
        await using var events = client.Services.WatchEndpointsAsync(options, gone.Token).GetAsyncEnumerator(gone.Token);
        // The snapshot has it, or a change follows.
        while ((await NextAsync(events)).Change?.Service != service)
        {
        }

        var begun = Stopwatch.StartNew();
        var index = await TellAsync(service, 2, "one", EndpointState.Draining);
        var isDraining = false;
        EndpointMark? mark = null;
        while (mark is null)
        {
            var told = await NextAsync(events);
            isDraining |= told.Change?.Service == service && told.Change.Set.Any(endpoint => endpoint.State == "Draining");
            // One that comes before the change is of what was there before it.
            if (told.Mark is { } before && !isDraining)
                await client.Services.AcknowledgeEndpointsAsync(options, before);
            else
                mark = told.Mark;
        }
        // Who does not answer in 2 seconds is not waited for: a slow machine proves nothing.
        (await Registry.IsAppliedAsync(index) && begun.Elapsed < TimeSpan.FromSeconds(2)).ShouldBeFalse();
        await client.Services.AcknowledgeEndpointsAsync(options, mark);
        await UntilAsync(() => Registry.IsAppliedAsync(index), "it is acknowledged");

        // What it does not say to be free may be in use.
        var balancers = server.Services.GetRequiredService<Platform.Api.Registry.RemoteBalancers>();
        IReadOnlySet<string> asked = new HashSet<string> { "one", "two" };
        balancers.BusyOf(asked).ShouldBe(asked, ignoreOrder: true);
        await client.Services.ReleaseEndpointsAsync(options, mark, ["one"]);
        // Another test's may be gone a moment, of which nobody knows what goes on at its end.
        await UntilAsync(() => Task.FromResult(balancers.BusyOf(asked).SetEquals(["two"])), "what it says counts");

        // Marks that nobody answers any more keep nobody waiting.
        await events.DisposeAsync();
        await gone.CancelAsync();
        index = await TellAsync(service, 3, "one", EndpointState.Ready);
        await UntilAsync(() => Registry.IsAppliedAsync(index), "nobody is waited for");
        await UntilAsync(() => IsUnknownAsync(client.Services.AcknowledgeEndpointsAsync(options, mark)), "the end of its connection is noticed");
        (await Should.ThrowAsync<PlatformException>(client.Services.ReleaseEndpointsAsync(options, mark, ["one"]))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<bool> IsUnknownAsync(Task call)
    {
        try
        {
            await call;
            return false;
        }
        catch (PlatformException refused) when (refused.StatusCode == HttpStatusCode.NotFound)
        {
            return true;
        }
    }

    [Fact]
    public async Task A_balancer_that_does_not_answer_is_waited_for_once()
    {
        var options = new EndpointWatchOptions { Acknowledges = true };
        using var client = Client();
        using var limit = new CancellationTokenSource(Patience);
        await using var events = client.Services.WatchEndpointsAsync(options, limit.Token).GetAsyncEnumerator(limit.Token);
        await NextAsync(events);

        var index = await TellAsync("silent.marathon", 1, "one", EndpointState.Ready);
        await UntilAsync(() => Registry.IsAppliedAsync(index), "it is waited for no longer");
        var balancers = server.Services.GetRequiredService<Platform.Api.Registry.RemoteBalancers>();
        // Late, it takes no time at all, and once it answers it is waited for again.
        await balancers.CaughtUpAsync(limit.Token);
        EndpointMark? last = null;
        for (var i = 0; i < 1000 && last is null; i++)
            last = (await NextAsync(events)).Mark;
        await client.Services.AcknowledgeEndpointsAsync(options, last! with { Mark = long.MaxValue });
        var asked = balancers.CaughtUpAsync(limit.Token);
        asked.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Watchers_miss_nothing_of_changes_that_come_as_fast_as_they_are_taken()
    {
        const int Services = 20, Rounds = 60, Batch = 50;
        using var client = Client();
        using var limit = new CancellationTokenSource(Patience);
        using var joined = new SemaphoreSlim(0);
        var watchers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => WatchAsync(client, $"churn-{Services - 1}.marathon", $"{Rounds}-{Batch}", joined, limit.Token))).ToList();
        // One that came after the last change would be told of it as of something that was there.
        foreach (var _ in watchers)
            await joined.WaitAsync(limit.Token);

        var version = new long[Services];
        for (var round = 1; round <= Rounds; round++)
        {
            // Of 20 services; each endpoint comes, changes and goes.
            for (var i = 1; i <= Batch; i++)
            {
                var service = (round * Batch + i) % Services;
                var isLast = round == Rounds && i == Batch;
                service = isLast ? Services - 1 : service;
                var change = new EndpointChange { Service = $"churn-{service}.marathon", Owner = $"app:/churn-{service}", From = version[service], To = ++version[service], Set = [Endpoint($"e{i % 3}", service) with { Version = $"{round}-{i}" }], Removed = i % 5 == 0 ? [$"e{(i + 1) % 3}"] : default };
                (await Registry.ApplyAsync([change])).Missing.ShouldBeEmpty();
            }
        }

        var truth = (await Registry.ListAsync(null)).Lists.Where(list => list.Service.StartsWith("churn-", StringComparison.Ordinal))
            .ToDictionary(list => list.Service, list => string.Join(',', list.Set.Select(endpoint => $"{endpoint.Id}={endpoint.Version}").Order()));
        foreach (var seen in await Task.WhenAll(watchers))
            seen.ShouldBe(truth, ignoreOrder: true);
    }

    // Follows until the last change was told, which all others come before.
    private static async Task<Dictionary<string, string>> WatchAsync(PlatformClient client, string lastService, string lastVersion, SemaphoreSlim joined, CancellationToken cancellation)
    {
        var seen = new Dictionary<string, Dictionary<string, string?>>();
        var isLast = false;
        await foreach (var told in client.Services.WatchEndpointsAsync(cancellation))
        {
            if (told.Kind == EndpointEventKind.Complete)
            {
                joined.Release();
                // A watcher that was too slow is told of whole services once more, and the last change is among them.
                if (isLast)
                    break;
            }
            if (told.Change is not { } change || !change.Service.StartsWith("churn-", StringComparison.Ordinal))
                continue;
            if (told.Kind == EndpointEventKind.Snapshot || !seen.TryGetValue(change.Service, out var endpoints))
                seen[change.Service] = endpoints = [];
            foreach (var id in change.Removed)
                endpoints.Remove(id);
            foreach (var endpoint in change.Set)
                endpoints[endpoint.Id] = endpoint.Version;
            if (change.Service != lastService || !change.Set.Any(endpoint => endpoint.Version == lastVersion))
                continue;
            isLast = true;
            if (told.Kind == EndpointEventKind.Change)
                break;
        }
        return seen.ToDictionary(service => service.Key, service => string.Join(',', service.Value.Select(endpoint => $"{endpoint.Key}={endpoint.Value}").Order()));
    }

    private static Core.Registry.ServiceEndpoint Endpoint(string id, int port) => new()
    {
        Id = id,
        Framework = "marathon",
        Name = id,
        AgentAddresses = ["127.0.0.1"],
        Ports = [new() { HostPort = 1000 + port }],
        State = EndpointState.Ready,
    };

    private async Task<long> TellAsync(string service, long version, string id, EndpointState state, Func<Core.Registry.ServiceEndpoint, Core.Registry.ServiceEndpoint>? with = null)
    {
        var endpoint = Endpoint(id, 1) with { State = state };
        var answer = await Registry.ApplyAsync([new() { Service = service, Owner = "app:/" + service, To = version, Set = [with?.Invoke(endpoint) ?? endpoint] }]);
        return answer.Index;
    }

    private async Task<Client.Services.ServiceEndpoint> FirstOfAsync(string service, EndpointWatchOptions options)
    {
        using var client = Client();
        using var limit = new CancellationTokenSource(Patience);
        await foreach (var told in client.Services.WatchEndpointsAsync(options, limit.Token))
        {
            if (told.Change is { } change && change.Service == service)
                return change.Set.Single();
        }
        throw new InvalidOperationException("the stream ended");
    }

    private async Task<JsonElement> ServiceAsync(string name, Func<JsonElement, bool> reached)
    {
        using var client = Client();
        using var limit = new CancellationTokenSource(Patience);
        await using var events = client.Services.WatchEndpointsAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        while (true)
        {
            if (await server.SendAsync("GET", $"/api/services/{name}", server.Root) is { Status: HttpStatusCode.OK } answer && reached(answer.Json))
                return answer.Json;
            await NextAsync(events);
        }
    }

    private static async Task<EndpointEvent> NextAsync(IAsyncEnumerator<EndpointEvent> events)
    {
        (await events.MoveNextAsync()).ShouldBeTrue();
        return events.Current;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        // Nobody tells: it is asked as an agent asks that drains.
        using var limit = new CancellationTokenSource(Patience);
        while (!await reached())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException(what);
            await Task.Yield();
        }
    }

    private PlatformClient Client() => new(new PlatformClientOptions { Url = server.Http.BaseAddress!, Token = server.Root });
}
