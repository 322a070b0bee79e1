using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;

namespace Platform.Api.Marathon.Events;

/// <summary><c>/v2/events</c>: everything that happens, as server-sent events.</summary>
internal sealed class EventsEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api) => routes.Get("/v2/events", new EventsEndpoints(api).StreamAsync).Needs(Right.Filtered);

    private Task<IResult> StreamAsync(ApiRequest request)
    {
        var accept = string.Join(',', (IEnumerable<string?>)request.Http.Request.Headers.Accept);
        if (!accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            return Task.FromResult<IResult>(new ErrorAnswer(StatusCodes.Status405MethodNotAllowed, "Events are served to clients that accept text/event-stream."));
        long? after = null;
        var last = request.Http.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0)
        {
            if (!long.TryParse(last, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sequence))
                return Task.FromResult<IResult>(ErrorAnswer.BadRequest($"Last-Event-ID must be the id of an event, not '{last}'."));
            after = sequence;
        }
        return Task.FromResult<IResult>(new EventStream(api, new(request.Query.Set("event_type")), after));
    }
}
