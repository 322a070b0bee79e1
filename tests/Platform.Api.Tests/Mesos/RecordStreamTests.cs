using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Platform.Mesos.Protocol;
using Event = Platform.Mesos.Wire.Operator.Event;

namespace Platform.Api.Tests.Mesos;

/// <summary>Endless answers: what waits for a client is bounded.</summary>
public sealed class RecordStreamTests
{
    private static readonly Event Heartbeat = new() { Type = Event.Types.Type.Heartbeat };

    [Fact]
    public async Task Who_does_not_read_is_cut_off_and_costs_no_more_memory_than_the_bound()
    {
        const int bound = 1024 * 1024;
        using var records = new RecordStream(MesosContent.Json, Heartbeat, TimeProvider.System, bound);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.Run(async http =>
        {
            try
            {
                await records.RunAsync(http, Heartbeat, CancellationToken.None);
            }
            finally
            {
                ended.TrySetResult();
            }
        });
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        // More than the sockets between them hold, and the bound; nobody reads.
        var record = new byte[64 * 1024];
        for (var i = 0; i < 1024 && !ended.Task.IsCompleted; i++)
            records.Send(record);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.StopAsync();
    }
}
