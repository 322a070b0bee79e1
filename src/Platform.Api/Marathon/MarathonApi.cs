using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Pods;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Allocation;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon;

/// <summary>What the resources of the Marathon API share.</summary>
internal sealed class MarathonApi
{
    public MarathonApi(IGrainFactory grains, TimeProvider time, MarathonOptions options)
    {
        Grains = grains;
        Time = time;
        Options = options;
        Reader = new(grains);
        Writer = new(Reader);
        Changes = new(Reader);
        Pieces = new();
        AppInfo = new(Pieces, time);
        Pods = new(Reader);
        PodStatus = new(Pieces);
    }

    public IGrainFactory Grains { get; }

    public TimeProvider Time { get; }

    public MarathonOptions Options { get; }

    public ClusterReader Reader { get; }

    public ClusterWriter Writer { get; }

    public AppChanges Changes { get; }

    public RenderedPieces Pieces { get; }

    public AppInfoWriter AppInfo { get; }

    public PodViews Pods { get; }

    public PodStatusWriter PodStatus { get; }

    /// <summary>What the definitions of a request are read in.</summary>
    /// <param name="json">The request. Only if it names roles of resources is the allocator asked which there are.</param>
    public async Task<Surroundings> SurroundingsAsync(JsonElement json)
    {
        var tree = Reader.Groups.GetAsync();
        var namesRoles = Options.DefaultAcceptedResourceRoles.Count > 0 || json.GetRawText().Contains("acceptedResourceRoles", StringComparison.Ordinal);
        var roles = namesRoles ? (await Grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles.Select(usage => usage.Role).ToList() : [];
        return new(await tree, Options, roles);
    }

    /// <summary>Tells everybody that somebody changed an app through the API.</summary>
    public Task PublishAsync(HttpContext http, AppSpec app)
    {
        var what = new AppRequested(AddressOf(http), http.Request.Path.Value, app);
        return Grains.GetGrain<IEventLogGrain>(0).AppendAsync([new() { Timestamp = Time.GetUtcNow(), What = what }]);
    }

    /// <summary>Tells everybody that somebody changed a pod through the API.</summary>
    public Task PublishPodAsync(HttpContext http, RequestedChange change) =>
        Grains.GetGrain<IEventLogGrain>(0).AppendAsync([new() { Timestamp = Time.GetUtcNow(), What = new PodRequested(change, AddressOf(http), http.Request.Path.Value) }]);

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>The answer to an accepted change: its version and deployment.</summary>
    public static IResult Accepted(ChangeResult result, int status = StatusCodes.Status200OK, string? location = null)
    {
        var headers = new Dictionary<string, string> { [DeploymentWriter.Header] = result.DeploymentId };
        if (location is not null)
            headers["Location"] = location;
        return new JsonAnswer(writer => DeploymentWriter.WriteResult(writer, result)) { Status = status, Headers = headers };
    }
}
