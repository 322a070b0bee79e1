using Microsoft.AspNetCore.Builder;

namespace Platform.Api.Http;

/// <summary>Makes one slash of several at the beginning of a path: clients whose base address ends with a slash send two. The rest of a path is the router's.</summary>
public static class LeadingSlashes
{
    /// <summary>Adds it. It must come before routing.</summary>
    public static IApplicationBuilder UseOneLeadingSlash(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Request.Path.Value is ['/', '/', ..] path)
            http.Request.Path = "/" + path.TrimStart('/');
        return next(http);
    });
}
