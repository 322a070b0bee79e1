using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Security;
using Platform.Contracts.Frameworks;
using Platform.Core.Frameworks;
using Platform.Core.Security;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Scheduler.Call;
using Event = Platform.Mesos.Wire.Scheduler.Event;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>Mesos' scheduler API v1: <c>POST /api/v1/scheduler</c>.</summary>
internal sealed class SchedulerEndpoint(IGrainFactory grains, MasterIdentity master, CallCounts counts, TimeProvider time)
{
    private const string StreamHeader = "Mesos-Stream-Id";

    /// <summary>Answers a call.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        try
        {
            var call = await MesosContents.ReadCallAsync<Call>(http.Request);
            if (CallValidation.ProblemOf(call, PrincipalOf(http.Access())) is { } problem)
                throw MesosRefusal.BadRequest($"Failed to validate scheduler::Call: {problem}");
            // The stream's id, which only its framework knows, stands for the roles that it subscribed with.
            if (!http.Access().Rights.AllowsWithin(AccessAction.Create, "dcos:mesos:master:framework"))
                http.Access().Demand(AccessAction.Create, "dcos:mesos:master:framework");
            counts.Add(call.Type);
            if (call.Type == Call.Types.Type.Subscribe)
                await SubscribeAsync(http, call);
            else
                await AnswerAsync(http, call);
        }
        catch (MesosRefusal refusal)
        {
            await refusal.WriteAsync(http);
        }
    }

    private async Task SubscribeAsync(HttpContext http, Call call)
    {
        var content = MesosContents.Accepted(http.Request) ?? throw MesosRefusal.NotAcceptable();
        if (http.Request.Headers.ContainsKey(StreamHeader))
            throw MesosRefusal.BadRequest($"Subscribe calls should not include the '{StreamHeader}' header");
        var subscribe = call.Subscribe;
        var info = subscribe.FrameworkInfo;
        using var stream = new SchedulerStream(content, time);
        var response = http.Response;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = content.Name();
        response.Headers[StreamHeader] = stream.Id;

        // As in Mesos, what is wrong with a framework is told on the stream.
        var id = info.Id is { Value.Length: > 0 } given ? given.Value : master.NewFrameworkId();
        info.Id = new() { Value = id };
        // As in Mesos: a framework is whose login it came with, and nobody else's login takes it over.
        if (PrincipalOf(http.Access()) is { } principal)
            info.Principal = principal;
        if (FrameworkMapping.Read(info, subscribe.SuppressedRoles, subscribe.OfferConstraints, out var problem) is not { } framework)
        {
            await ErrorAsync(http, content, problem!);
            return;
        }
        DemandRoles(http, framework);
        var reference = grains.CreateObjectReference<IFrameworkStream>(stream);
        var grain = grains.GetGrain<IFrameworkGrain>(id);
        try
        {
            if (await grain.SubscribeAsync(framework, stream.Id, reference) is { } refused)
            {
                await ErrorAsync(http, content, refused);
                return;
            }
            var subscribed = new Event
            {
                Type = Event.Types.Type.Subscribed,
                Subscribed = new()
                {
                    FrameworkId = new() { Value = id },
                    HeartbeatIntervalSeconds = RecordStream.HeartbeatInterval.TotalSeconds,
                    MasterInfo = master.Info(http),
                },
            };
            await stream.RunAsync(http, grain, reference, subscribed, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The scheduler or the control plane has gone.
        }
        finally
        {
            await grain.DisconnectAsync(stream.Id);
            grains.DeleteObjectReference<IFrameworkStream>(reference);
        }
    }

    // Tasks come and go: one that is a scheduler is known by its app or job.
    private static string? PrincipalOf(Access access) => access.Who.Kind switch
    {
        IdentityKind.User or IdentityKind.Service => access.Who.Uid,
        IdentityKind.Task => access.Token?.Workload?.Owner,
        _ => null,
    };

    private static void DemandRoles(HttpContext http, FrameworkSpec framework)
    {
        foreach (var role in framework.Roles)
            http.Access().Demand(AccessAction.Create, ResourceId.OfRole("framework", role));
    }

    private static async Task ErrorAsync(HttpContext http, MesosContent content, string message) =>
        await http.Response.Body.WriteAsync(RecordIo.Encode(content.Encode(EventMapping.Error(message))), http.RequestAborted);

    private async Task AnswerAsync(HttpContext http, Call call)
    {
        // As in Mesos, which once answered it with a message.
        if (call.Type == Call.Types.Type.ReconcileOperations && MesosContents.Accepted(http.Request) is null)
            throw MesosRefusal.NotAcceptable();
        var id = call.FrameworkId.Value;
        var stream = http.Request.Headers.TryGetValue(StreamHeader, out var header) ? header.ToString() : null;
        if (call.Type == Call.Types.Type.UpdateFramework && !call.UpdateFramework.FrameworkInfo.HasPrincipal && PrincipalOf(http.Access()) is { } principal)
            call.UpdateFramework.FrameworkInfo.Principal = principal;
        // An unknown id makes no grain that stays: it says that it is not there.
        if (call.Type == Call.Types.Type.UpdateFramework && FrameworkMapping.Read(call.UpdateFramework.FrameworkInfo, [], null, out _) is { } update)
            DemandRoles(http, update);
        var reply = await SchedulerCalls.ActAsync(grains.GetGrain<IFrameworkGrain>(id), stream, call);
        switch (reply.Kind)
        {
            case FrameworkReplyKind.Unknown:
                throw MesosRefusal.BadRequest("Framework cannot be found");
            case FrameworkReplyKind.NotSubscribed:
                throw MesosRefusal.Forbidden("Framework is not subscribed");
            case FrameworkReplyKind.NoStream:
                throw MesosRefusal.BadRequest($"All non-subscribe calls should include the '{StreamHeader}' header");
            case FrameworkReplyKind.OtherStream:
                throw MesosRefusal.BadRequest(
                    $"The stream ID '{stream}' included in this request didn't match the stream ID currently associated with framework ID {id}");
            case FrameworkReplyKind.Invalid:
                throw MesosRefusal.BadRequest(reply.Problem!);
        }
        http.Response.StatusCode = call.Type == Call.Types.Type.UpdateFramework ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
    }
}
