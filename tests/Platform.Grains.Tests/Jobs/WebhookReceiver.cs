using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Grains.Tests.Jobs;

/// <summary>A web server that takes posts, or refuses them.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly Channel<(string Key, JsonObject Body)> _posts = Channel.CreateUnbounded<(string, JsonObject)>();
    private readonly WebApplication _app;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/hook", async http =>
        {
            var body = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
            http.Response.StatusCode = http.Request.Headers["X-Team"] == "ops" ? Answers : StatusCodes.Status401Unauthorized;
            _posts.Writer.TryWrite((http.Request.Headers["Idempotency-Key"].ToString(), body));
        });
    }

    /// <summary>The status that each post is answered with. It takes those that send the header X-Team: ops.</summary>
    public int Answers { get; set; } = StatusCodes.Status200OK;

    public string Url => _app.Urls.First() + "/hook";

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The next post, refused ones included.</summary>
    public async Task<(string Key, JsonObject Body)> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _posts.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The posts that were not looked at.</summary>
    public IReadOnlyList<(string Key, JsonObject Body)> TakeAll()
    {
        var all = new List<(string, JsonObject)>();
        while (_posts.Reader.TryRead(out var post))
            all.Add(post);
        return all;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
