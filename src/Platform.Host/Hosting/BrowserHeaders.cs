namespace Platform.Host.Hosting;

/// <summary>What browsers are told of every answer: no scripts but our own files, no frames, no guessing of types.</summary>
internal static class BrowserHeaders
{
    // MudBlazor sets styles on elements; scripts are files only.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    internal static void UseBrowserHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        // Not of this machine: a browser would ask for HTTPS of all that is developed there.
        if (context.Request.IsHttps && context.Request.Host.Host is not "localhost")
            headers.StrictTransportSecurity = "max-age=31536000";
        return next(context);
    });
}
