using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Events;
using Platform.Contracts.Events;
using Platform.Core.Security;

namespace Platform.Api.Tests.Security;

/// <summary>Those who ask too much, or too slowly, hold up nobody else.</summary>
public sealed class LimitTests(SecureServer server) : IClassFixture<SecureServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("GET /ping HTTP/1.1\r\nHost: a\r\nX-")]
    [InlineData("GET /pi")]
    [InlineData("POST /acs/api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    [InlineData("POST /acs/api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n{")]
    public async Task A_client_that_does_not_say_what_it_began_is_cut_off_and_holds_up_nobody(string begun)
    {
        var clients = Enumerable.Range(0, 200).Select(_ => new TcpClient()).ToList();
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            foreach (var client in clients)
            {
                await client.ConnectAsync(IPAddress.Loopback, server.Http.BaseAddress!.Port, patience.Token);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(begun), patience.Token);
            }
            (await server.SendAsync("GET", "/v2/info", server.Root)).Status.ShouldBe(HttpStatusCode.OK);

            var buffer = new byte[4096];
            foreach (var client in clients)
            {
                // To the end of the connection, which is the server's doing.
                try
                {
                    while (await client.GetStream().ReadAsync(buffer, patience.Token) > 0)
                    {
                    }
                }
                catch (IOException)
                {
                    // Cut off without a word.
                }
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_storm_of_logins_stops_no_deployment()
    {
        await server.AddUserAsync("stormy");
        using var over = new CancellationTokenSource(Patience);
        var wrong = 0;
        var storm = Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                using var content = new StringContent($$"""{"uid":"{{(i % 2 == 0 ? "stormy" : $"nobody{i}")}}","password":"wrong horse"}""", Encoding.UTF8, "application/json");
                using var answer = await server.Http.PostAsync("/acs/api/v1/auth/login", content);
                answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests);
                Interlocked.Increment(ref wrong);
            }
        })).ToList();

        for (var app = 0; app < 20; app++)
        {
            var id = $"/calm/app{app}";
            (await server.SendAsync("POST", "/v2/apps", server.Root, $$"""{"id":"{{id}}","cmd":"sleep 1000","instances":0}""")).Status.ShouldBe(HttpStatusCode.Created);
            await DeployedAsync(id, over.Token);
        }
        over.IsCancellationRequested.ShouldBeFalse();
        Volatile.Read(ref wrong).ShouldBeGreaterThan(64);
        await over.CancelAsync();
        await Task.WhenAll(storm);
    }

    private async Task DeployedAsync(string appId, CancellationToken limit)
    {
        var grains = server.Services.GetRequiredService<IGrainFactory>();
        await foreach (var item in new EventFeed(grains, TimeProvider.System).ReadAsync(0, limit))
        {
            if (item.Event?.What is DeploymentEnded { Failure: null } ended && ended.Plan.Steps.Any(step => step.Actions.Any(action => action.AppId == appId)))
                return;
        }
    }

    [Fact]
    public async Task What_senders_say_of_themselves_makes_no_line_of_the_audit_log()
    {
        const string Forged = "x\",\"event\":\"answered\"}\n{\"number\":1,\"who\":\"user root\"}\r\n\u001b[31m";
        var uid = System.Text.Json.JsonSerializer.Serialize(Forged);
        await server.SendAsync("POST", "/acs/api/v1/auth/login", null, $$"""{"uid":{{uid}},"password":"wrong horse"}""");
        await server.SendAsync("PUT", "/v2/apps/" + Uri.EscapeDataString(Forged), null, "{}");
        await server.SendAsync("POST", "/acs/api/v1/auth/login?x=%0a%7b%22number%22:1%7d", null, """{"uid":"a","password":"b"}""", prepare: request => request.Headers.TryAddWithoutValidation("X-Forwarded-For", "1.2.3.4\t{}"));

        var text = (await server.SendAsync("GET", "/api/audit?limit=10000", server.Root)).Text;

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        AuditChain.Verify(lines, out _).ShouldBeNull();
        lines.ShouldAllBe(line => System.Text.Json.JsonElement.Parse(line).ValueKind == System.Text.Json.JsonValueKind.Object);
        text.ShouldNotContain("\u001b");
        text.ShouldNotContain("\r");
        lines.Select(line => System.Text.Json.JsonElement.Parse(line).GetProperty("number").GetInt64()).ShouldBeUnique();
    }
}
