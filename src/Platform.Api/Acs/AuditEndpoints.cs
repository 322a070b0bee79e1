using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/api/audit?after=0&amp;limit=1000</c>: lines of the audit log, JSON each.</summary>
internal static class AuditEndpoints
{
    private const int Most = 10_000;

    public static void Map(ApiRouter routes, IGrainFactory grains) =>
        routes.Get("/api/audit", request => ReadAsync(request, grains)).Needs(Right.On(AccessAction.Read, ResourceId.Audit));

    private static async Task<IResult> ReadAsync(ApiRequest request, IGrainFactory grains)
    {
        var (after, limit) = (request.Query.Count("after") ?? 0, Math.Min(request.Query.Count("limit") ?? 1_000, Most));
        var lines = await grains.GetGrain<IAuditGrain>(0).ReadAsync(after, limit);
        return Results.Text(string.Concat(lines.Select(line => line + "\n")), "application/x-ndjson", Encoding.UTF8);
    }
}
