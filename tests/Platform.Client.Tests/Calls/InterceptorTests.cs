using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Client.Apps;
using Platform.Client.Tests.Http;
using Platform.Testing;

namespace Platform.Client.Tests.Calls;

/// <summary>What stands between a program and the control plane.</summary>
public sealed class InterceptorTests
{
    [Fact]
    public async Task Interceptors_see_each_call_in_order_and_change_or_answer_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var log = new ConcurrentQueue<string>();
        using var client = new PlatformClient(new()
        {
            Url = platform.Url,
            Interceptors =
            [
                new Interceptor((call, next, token) =>
                {
                    log.Enqueue($"{call.Method} {call.Path}");
                    return next(call, token);
                }),
                new Interceptor((call, next, token) =>
                {
                    if (call.Path.StartsWith("/v2/apps/cached", StringComparison.Ordinal))
                        return Task.FromResult(Answer("""{"app": {"id": "/cached", "instances": 7}}"""));
                    if (call.Body is not JsonObject { } body || call.Method != HttpMethod.Post)
                        return next(call, token);
                    var labelled = body.DeepClone().AsObject();
                    labelled["labels"] = new JsonObject { ["team"] = "blue" };
                    return next(call with { Body = labelled }, token);
                }),
            ],
        });
        var deployment = await client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);

        (await client.Apps.ListAsync(new() { Label = "team==blue" })).ShouldHaveSingleItem().Id.ShouldBe("/web");
        log.First().ShouldBe("POST /v2/apps");
        log.ShouldContain("GET /v2/apps?label=team%3D%3Dblue");
        (await client.Apps.Get("/cached").GetAsync()).Instances.ShouldBe(7);
        log.ShouldContain(line => line.StartsWith("GET /v2/events?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_is_seen_once_however_often_it_is_sent_and_its_headers_are_sent()
    {
        using var breaker = new Breaker();
        var calls = 0;
        using var client = new PlatformClient(new()
        {
            Url = breaker.Url,
            Retries = 2,
            Interceptors =
            [
                new Interceptor((call, next, token) =>
                {
                    calls++;
                    // A change with a key may be sent again: without the header there would be one request.
                    return next(call with { Headers = new Dictionary<string, string> { ["Idempotency-Key"] = "k" } }, token);
                }),
            ],
        });
        await Should.ThrowAsync<PlatformException>(() => client.Apps.CreateAsync(new AppDefinition { Id = "/web" }));

        calls.ShouldBe(1);
        breaker.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task The_container_gives_clients_by_name_with_its_interceptors_and_its_clock()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var silent = new Silent();
        var (time, seen) = (new Platform.Tests.Hosting.ManualTimeProvider(), new ConcurrentQueue<string>());
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<IClientInterceptor>(new Interceptor((call, next, token) =>
        {
            seen.Enqueue(call.Path);
            return next(call, token);
        }));
        services.AddPlatformClient(_ => new() { Url = platform.Url });
        services.AddPlatformClient("away", _ => new() { Url = silent.Url });
        var provider = services.BuildServiceProvider();

        var client = provider.GetRequiredService<IPlatformClient>();
        client.ShouldBeSameAs(provider.GetRequiredService<PlatformClient>());
        (await client.Apps.ListAsync()).ShouldBeEmpty();
        var away = provider.GetRequiredKeyedService<IPlatformClient>("away").Agents.ListAsync();
        await silent.Asked;
        time.Advance(TimeSpan.FromSeconds(60));
        (await Should.ThrowAsync<PlatformException>(() => away)).Error.ShouldBe(PlatformError.Unavailable);
        seen.ShouldBe(["/v2/apps", "/api/agents"]);

        await provider.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => client.Apps.ListAsync());
    }

    private static HttpResponseMessage Answer(string json) => new(HttpStatusCode.OK) { Content = JsonContent.Create(JsonNode.Parse(json)) };

    private sealed class Interceptor(Func<ClientCall, ClientSend, CancellationToken, Task<HttpResponseMessage>> send) : IClientInterceptor
    {
        public Task<HttpResponseMessage> SendAsync(ClientCall call, ClientSend next, CancellationToken cancellationToken) => send(call, next, cancellationToken);
    }
}
