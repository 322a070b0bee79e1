using Microsoft.AspNetCore.Http;

namespace Platform.Api.Marathon.Server;

/// <summary>The address that is told as the leader's: every silo answers for it.</summary>
internal static class LeaderAddress
{
    /// <summary>As <c>host:port</c>: what is set, else the address that the request came to.</summary>
    public static string Of(HttpContext http, MarathonOptions options)
    {
        if (options.LeaderAddress is { } address)
            return address;
        var host = http.Request.Host;
        return host.Port is null ? $"{host.Host}:{http.Connection.LocalPort}" : host.Value!;
    }
}
