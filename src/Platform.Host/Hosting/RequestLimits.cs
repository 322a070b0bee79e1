using System.Net;
using System.Threading.RateLimiting;
using Platform.Api.Security;

namespace Platform.Host.Hosting;

/// <summary>How much one sender may ask for. Whoever has logged in counts by name, everybody else by address.</summary>
internal static class RequestLimits
{
    private const int OfIdentity = 2_000;
    private const int OfAddress = 200;
    private const int Logins = 10;

    internal static IServiceCollection AddRequestLimits(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = static async (context, cancellationToken) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            await context.HttpContext.Response.WriteAsJsonAsync(
                new Refusal("Too many requests: try again in a second."), HostJson.Default.Refusal, cancellationToken: cancellationToken);
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => Bucket(http) is var (key, rate) ? RateLimitPartition.GetTokenBucketLimiter(key, _ => Of(rate)) : RateLimitPartition.GetNoLimiter(""));
    });

    private static (string Key, int EachSecond)? Bucket(HttpContext http)
    {
        var access = http.Features.Get<Access>();
        if (access is null or { Who.Kind: Platform.Core.Security.IdentityKind.Local })
            return null;
        if (!access.IsAnonymous)
            return ($"{access.Who.Kind} {access.Who.Uid}", OfIdentity);
        // A neighbour's network counts as one: it has more addresses than anybody could count.
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        var network = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), .. new byte[8]]) : address;
        var isLogin = HttpMethods.IsPost(http.Request.Method) && (http.Request.Path.StartsWithSegments("/acs/api/v1/auth") || http.Request.Path.StartsWithSegments("/ui/login"));
        return isLogin ? ($"login {network}", Logins) : ($"address {network}", OfAddress);
    }

    // Twice the rate at once, for pages that ask for many things.
    private static TokenBucketRateLimiterOptions Of(int eachSecond) => new()
    {
        TokenLimit = eachSecond * 2, TokensPerPeriod = eachSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true,
    };
}
