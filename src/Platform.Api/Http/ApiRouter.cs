using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;

namespace Platform.Api.Http;

/// <summary>Finds the handler of a request and turns what goes wrong into an answer in Marathon's shape.</summary>
/// <remarks>
/// Ids have slashes, may begin with one in an address, and are followed by further segments, which the routes of ASP.NET Core cannot say.
/// Empty segments count for nothing, so that double and trailing slashes do no harm. The first route that matches is taken.
/// </remarks>
internal sealed partial class ApiRouter(ILogger logger)
{
    private readonly List<ApiRoute> _routes = [];

    /// <summary>All routes.</summary>
    public IReadOnlyList<ApiRoute> Routes => _routes;

    public ApiRoute Get(string pattern, ApiHandler handler) => Add(new(HttpMethods.Get, pattern, handler));

    public ApiRoute Post(string pattern, ApiHandler handler) => Add(new(HttpMethods.Post, pattern, handler));

    public ApiRoute Put(string pattern, ApiHandler handler) => Add(new(HttpMethods.Put, pattern, handler));

    public ApiRoute Patch(string pattern, ApiHandler handler) => Add(new(HttpMethods.Patch, pattern, handler));

    public ApiRoute Delete(string pattern, ApiHandler handler) => Add(new(HttpMethods.Delete, pattern, handler));

    /// <summary>Answers the request with the route for this path.</summary>
    public async Task InvokeAsync(HttpContext http, string path)
    {
        var answer = await AnswerAsync(http, path);
        if (http.Response.HasStarted)
            return;
        try
        {
            await answer.ExecuteAsync(http);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            // An answer that is a stream asks grains itself before it begins.
            http.Response.Clear();
            await AnswerTo(e, http).ExecuteAsync(http);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // What has begun cannot become an error any more; the client sees that it is cut off.
            LogFailure(e, http.Request.Method, http.Request.Path);
            http.Abort();
        }
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

    private ApiRoute Add(ApiRoute route)
    {
        _routes.Add(route);
        return route;
    }

    private async Task<IResult> AnswerAsync(ApiRoute route, ApiRequest request)
    {
        try
        {
            // The same values that the handler reads, so that both mean the same thing.
            var verdict = (route.Right ?? Right.Superuser).Decide(request.Http.Access(), request.Value);
            if (!verdict.IsAllowed)
                return Access.Refusal(verdict);
            return await route.Handler(request);
        }
#pragma warning disable CA1031 // Whatever went wrong, the client gets an answer that it can read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return AnswerTo(e, request.Http);
        }
    }

    private ErrorAnswer AnswerTo(Exception failure, HttpContext http)
    {
        if (failure is ApiException refused)
            return refused.Answer;
        if (failure is OperationCanceledException && http.RequestAborted.IsCancellationRequested)
            return new(StatusCodes.Status499ClientClosedRequest, "The client went away.");
        LogFailure(failure, http.Request.Method, http.Request.Path);
        return failure switch
        {
            TimeoutException or OrleansMessageRejectionException => new(StatusCodes.Status503ServiceUnavailable, failure.Message),
            StorageException or InconsistentStateException =>
                new(StatusCodes.Status503ServiceUnavailable, "The change could not be stored, nothing has been changed: " + failure.Message),
            // Everything else of Orleans tells of a grain that could not be reached or made.
            // Its message may carry a whole trace, which is in the log.
            OrleansException => new(StatusCodes.Status503ServiceUnavailable, "A part of the control plane cannot be reached; try again. " + failure.Message.Split('\n')[0].TrimEnd()),
            _ => new(StatusCodes.Status500InternalServerError, failure.Message),
        };
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception failure, string method, string path);
}
