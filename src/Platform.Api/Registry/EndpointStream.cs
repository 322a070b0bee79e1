using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Platform.Api.Http;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>
/// <c>GET /api/endpoints</c>: the whole registry with its labels as server-sent events, for balancers of their own. A <c>snapshot</c> for each service,
/// a <c>change</c> for each change, <c>complete</c> when what was not told is known not to be there, and <c>alive</c> when it has been quiet for 15 seconds.
/// A reader that was too slow gets snapshots and <c>complete</c> again.
/// </summary>
/// <remarks>
/// With <c>acknowledge=true</c> there come <c>mark</c> events: the reader puts the path of one when connections go by all that came before it, and an
/// instance's drain time begins only then. With <c>nodes=true</c> there comes <c>nodes</c>: the addresses of masters and agents, for names of DNS.
/// </remarks>
internal sealed class EndpointStream
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private readonly HttpContext _http;
    private readonly ServiceDirectory _directory;
    private readonly RegistryFeed _feed;
    private readonly ServiceWatch.Subscription _subscription;
    private readonly RemoteBalancer? _balancer;
    private readonly Func<ServiceEndpoint, EndpointView> _view;
    private readonly bool _tellsNodes;
    private readonly CancellationToken _end;
    private RegistryNodes? _nodes;
    private long _marked;
    private bool _isComplete;

    private EndpointStream(
        HttpContext http, ServiceDirectory directory, RegistryFeed feed, ServiceWatch.Subscription subscription, RemoteBalancer? balancer, Func<ServiceEndpoint, EndpointView> view, bool tellsNodes,
        CancellationToken end) =>
        (_http, _directory, _feed, _subscription, _balancer, _view, _tellsNodes, _end) = (http, directory, feed, subscription, balancer, view, tellsNodes, end);

    /// <summary>With all labels.</summary>
    internal static Task SendAsync(
        HttpContext http, ServiceDirectory directory, ServiceWatch watch, RegistryFeed feed, RemoteBalancers balancers, IHostApplicationLifetime lifetime, bool? acknowledge, bool? nodes) =>
        ServeAsync(http, directory, watch, feed, acknowledge == true ? balancers : null, lifetime, EndpointView.WholeOf, nodes == true);

    /// <summary>For agents: without labels that neither their balancer nor their DNS needs.</summary>
    internal static Task SendToAgentAsync(
        HttpContext http, ServiceDirectory directory, ServiceWatch watch, RegistryFeed feed, RemoteBalancers balancers, IHostApplicationLifetime lifetime, bool? acknowledge, bool? nodes) =>
        ServeAsync(http, directory, watch, feed, acknowledge == true ? balancers : null, lifetime, EndpointView.ForAgents, nodes == true);

    /// <summary><c>PUT .../{balancer}/{mark}</c>: connections go by all that was told before the mark.</summary>
    internal static IResult Acknowledge(RemoteBalancers balancers, string balancer, string mark) =>
        long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && balancers.Acknowledge(balancer, number) ? Results.NoContent() : Results.NotFound();

    /// <summary><c>PUT .../{balancer}/free</c>: of the endpoints that drain in what was acknowledged, the balancer has nothing under way at these, and says so anew with each change.</summary>
    internal static async Task<IResult> ReleaseAsync(RemoteBalancers balancers, HttpRequest request, string balancer)
    {
        try
        {
            var told = await JsonSerializer.DeserializeAsync(request.Body, ServiceJson.Default.FreeEndpointsView, request.HttpContext.RequestAborted);
            if (told?.Endpoints is null || told.Endpoints.Contains(null))
                return ErrorAnswer.BadRequest("The body has to be {\"endpoints\":[\"ID\", ...]}");
            return balancers.Release(balancer, told.Endpoints!) ? Results.NoContent() : Results.NotFound();
        }
        catch (JsonException failure)
        {
            return ErrorAnswer.BadRequest($"The body is no JSON that is understood: {failure.Message}");
        }
    }

    private static async Task ServeAsync(
        HttpContext http, ServiceDirectory directory, ServiceWatch watch, RegistryFeed feed, RemoteBalancers? balancers, IHostApplicationLifetime lifetime, Func<ServiceEndpoint, EndpointView> view, bool tellsNodes)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        using var subscription = watch.Subscribe(null);
        // From here on nobody's end goes unasked for; the snapshot has all from before.
        using var balancer = balancers?.Add();
        try
        {
            await new EndpointStream(http, directory, feed, subscription, balancer, view, tellsNodes, end.Token).RunAsync();
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the process ends.
        }
    }

    private async Task RunAsync()
    {
        await _http.Response.Body.FlushAsync(_end);
        await SnapshotAsync();
        while (true)
        {
            // Before the changes: all that it stands for are there to be read.
            var mark = _balancer?.Asked ?? 0;
            if (_subscription.HasMissed)
            {
                _subscription.Restart();
                _isComplete = false;
                await SnapshotAsync();
                if (_subscription.HasMissed)
                    continue;
            }
            var isAllKnown = _feed.WhenComplete.IsCompleted;
            await ChangesAsync();
            if (_subscription.HasMissed)
                continue;
            if (!_isComplete && isAllKnown)
            {
                _isComplete = true;
                await WriteAsync("complete", _directory.Index, "{}");
            }
            await NodesAsync();
            if (_balancer is not null && mark > _marked)
            {
                _marked = mark;
                await WriteAsync("mark", mark, string.Create(CultureInfo.InvariantCulture, $"{{\"balancer\":\"{_balancer.Id}\",\"mark\":{mark}}}"));
            }
            await _http.Response.Body.FlushAsync(_end);
            if (!await WaitAsync())
                await WriteAsync("alive", _directory.Index, "{}");
        }
    }

    /// <summary>False: nothing happened for a while.</summary>
    private async Task<bool> WaitAsync()
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(_end);
        quiet.CancelAfter(Quiet);
        var changes = _subscription.WaitAsync(quiet.Token).AsTask();
        var news = new List<Task> { changes };
        if (!_isComplete)
            news.Add(_feed.WhenComplete);
        if (_tellsNodes)
            news.Add(_feed.WhenNodesAreOthersThan(_nodes));
        if (_balancer is not null)
            news.Add(_balancer.WhenAskedAfter(_marked));
        var first = await Task.WhenAny(news);
        // The wait for changes must not outlive this one.
        if (first != changes)
            await quiet.CancelAsync();
        try
        {
            return await changes;
        }
        catch (OperationCanceledException) when (!_end.IsCancellationRequested)
        {
            return first != changes;
        }
    }

    private async Task ChangesAsync()
    {
        while (_subscription.TryRead(out var change))
            await WriteAsync("change", _directory.ChangedAt(change.Service), new ServiceChangeView(change.Service, [.. change.Set.Select(_view)], [.. change.Removed]));
    }

    private async Task SnapshotAsync()
    {
        var services = _directory.List();
        for (var i = 0; i < services.Count; i++)
            await WriteAsync("snapshot", services[i].Index, new ServiceChangeView(services[i].Name, [.. services[i].Endpoints.Select(_view)], []));
    }

    private async Task NodesAsync()
    {
        if (!_tellsNodes || _feed.Nodes is not { } nodes || ReferenceEquals(nodes, _nodes))
            return;
        _nodes = nodes;
        await WriteAsync("nodes", _directory.Index, JsonSerializer.Serialize(new RegistryNodesView([.. nodes.Masters], [.. nodes.Agents]), ServiceJson.Default.RegistryNodesView));
    }

    private Task WriteAsync(string type, long index, ServiceChangeView view) => WriteAsync(type, index, JsonSerializer.Serialize(view, ServiceJson.Default.ServiceChangeView));

    private Task WriteAsync(string type, long index, string data) => _http.Response.WriteAsync($"event: {type}\nid: {index}\ndata: {data}\n\n", _end);
}
