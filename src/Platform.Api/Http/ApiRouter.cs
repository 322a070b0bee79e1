using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Api.Http;

/// <summary>Finds the handler of a request and turns what goes wrong into an answer in Marathon's shape.</summary>
/// <remarks>
/// Ids have slashes, may begin with one in an address, and are followed by further segments, which the routes of ASP.NET Core cannot say.
/// Empty segments count for nothing, so that double and trailing slashes do no harm. The first route that matches is taken.
/// </remarks>
internal sealed partial class ApiRouter(ILogger logger)
{
    private readonly List<ApiRoute> _routes = [];

    public void Get(string pattern, ApiHandler handler) => _routes.Add(new(HttpMethods.Get, pattern, handler));

    public void Post(string pattern, ApiHandler handler) => _routes.Add(new(HttpMethods.Post, pattern, handler));

    public void Put(string pattern, ApiHandler handler) => _routes.Add(new(HttpMethods.Put, pattern, handler));

    public void Patch(string pattern, ApiHandler handler) => _routes.Add(new(HttpMethods.Patch, pattern, handler));

    public void Delete(string pattern, ApiHandler handler) => _routes.Add(new(HttpMethods.Delete, pattern, handler));

    /// <summary>Answers the request with the route for this path.</summary>
    public async Task InvokeAsync(HttpContext http, string path)
    {
        var answer = await AnswerAsync(http, path);
        if (!http.Response.HasStarted)
            await answer.ExecuteAsync(http);
    }

    private async Task<IResult> AnswerAsync(HttpContext http, string path)
    {
        // A slash that is escaped in an id is a slash all the same.
        var segments = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var method = HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method;
        var otherMethods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var route in _routes)
        {
            if (route.Match(segments) is not { } values)
                continue;
            if (route.Method == method)
                return await AnswerAsync(route, new(http, values));
            otherMethods.Add(route.Method);
        }
        if (otherMethods.Count == 0)
            return ErrorAnswer.NotFound("URI not found");
        otherMethods.Add(HttpMethods.Options);
        if (otherMethods.Contains(HttpMethods.Get))
            otherMethods.Add(HttpMethods.Head);
        http.Response.Headers.Allow = string.Join(", ", otherMethods);
        if (HttpMethods.IsOptions(method))
            return Results.Ok();
        return new ErrorAnswer(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed");
    }

    private async Task<IResult> AnswerAsync(ApiRoute route, ApiRequest request)
    {
        try
        {
            return await route.Handler(request);
        }
        catch (ApiException e)
        {
            return e.Answer;
        }
        catch (OperationCanceledException) when (request.Http.RequestAborted.IsCancellationRequested)
        {
            return new ErrorAnswer(StatusCodes.Status499ClientClosedRequest, "The client went away.");
        }
        catch (Exception e) when (e is TimeoutException or SiloUnavailableException)
        {
            LogFailure(e, request.Http.Request.Method, request.Http.Request.Path);
            return new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (Exception e) when (e is StorageException or InconsistentStateException)
        {
            LogFailure(e, request.Http.Request.Method, request.Http.Request.Path);
            return new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, "The change could not be stored, nothing has been changed: " + e.Message);
        }
#pragma warning disable CA1031 // Whatever went wrong, the client gets an answer that it can read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure(e, request.Http.Request.Method, request.Http.Request.Path);
            return new ErrorAnswer(StatusCodes.Status500InternalServerError, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception failure, string method, string path);
}
