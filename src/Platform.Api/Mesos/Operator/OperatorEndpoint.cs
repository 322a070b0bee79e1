using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Operator.Feed;
using Platform.Api.Security;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Operator.Call;

namespace Platform.Api.Mesos.Operator;

/// <summary>Mesos' operator API v1: <c>POST /api/v1</c>.</summary>
internal sealed class OperatorEndpoint(OperatorQueries queries, OperatorChanges changes, ClusterFeed feed, TimeProvider time)
{
    /// <summary>Answers a call.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        try
        {
            var call = await MesosContents.ReadCallAsync<Call>(http.Request);
            if (ProblemOf(call) is { } problem)
                throw MesosRefusal.BadRequest($"Failed to validate master::Call: {problem}");
            OperatorRights.Demand(http.Access(), call);
            var content = MesosContents.Accepted(http.Request) ?? throw MesosRefusal.NotAcceptable();
            if (call.Type == Call.Types.Type.Subscribe)
            {
                using var stream = new OperatorStream(http, content, time);
                await feed.ServeAsync(stream);
                return;
            }
            if (await queries.AnswerAsync(http, call) is { } answer)
            {
                http.Response.ContentType = content.Name();
                var bytes = content.Encode(answer);
                http.Response.ContentLength = bytes.Length;
                await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            }
            else
            {
                http.Response.StatusCode = await changes.ActAsync(call);
            }
        }
        catch (MesosRefusal refusal)
        {
            await refusal.WriteAsync(http);
        }
    }

    private static string? ProblemOf(Call call)
    {
        if (!call.IsInitialized())
            return "Not initialized: a required field is missing";
        if (!call.HasType)
            return "Expecting 'type' to be present";
        // The member with what a call needs has the name of its type.
        var name = Call.Descriptor.EnumTypes[0].FindValueByNumber((int)call.Type)?.Name.ToLowerInvariant();
        return name is not null && Call.Descriptor.FindFieldByName(name) is { } field && !field.Accessor.HasValue(call) ? $"Expecting '{name}' to be present" : null;
    }
}
