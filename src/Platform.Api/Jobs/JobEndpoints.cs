using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Security;

namespace Platform.Api.Jobs;

/// <summary><c>/api/jobs</c>: everything about jobs, arrays, conditions and calendars included.</summary>
public static class JobEndpoints
{
    private const int MostListed = 1000;

    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder endpoints)
    {
        var jobs = new JobGateway(endpoints.ServiceProvider.GetRequiredService<IGrainFactory>());
        new Routes(jobs, endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Jobs")).Map(endpoints.MapGroup("/api/jobs"));
        return endpoints;
    }

    private sealed class Routes(JobGateway jobs, ILogger logger)
    {
        private readonly RunGraphs graphs = new(jobs);
        private readonly JobTriggers triggers = new(jobs);

        internal void Map(RouteGroupBuilder group)
        {
            group.MapGet("", Handle(ListAsync)).Needs(Right.Filtered);
            group.MapPost("", Handle(http => PutAsync(http, null, JobPut.Add))).Needs(Right.OfBody);
            group.MapGet("/{id}", Handle(http => WithJobAsync(http, async job => JobRequests.Answer(await StatusAsync(job))))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPut("/{id}", Handle(http => PutAsync(http, Value(http, "id"), JobPut.AddOrReplace))).Needs(Right.OnJob(AccessAction.Create, AccessAction.Update));
            group.MapDelete("/{id}", Handle(RemoveAsync)).Needs(Right.OnJob(AccessAction.Delete));
            group.MapGet("/{id}/runs", Handle(http => WithJobAsync(http, ListRunsAsync))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/{id}/runs", Handle(http => WithJobAsync(http, job => StartAsync(http, job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/{id}/runs/{run}", Handle(http => WithRunAsync(http, async run => JobRequests.Answer(JobWriter.Run(run, await jobs.WhyAsync(run)))))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/{id}/runs/{run}/stop", Handle(http => WithRunAsync(http, async run =>
            {
                await jobs.Job(run.Run.Spec.Id).StopAsync(run.Run.RunId, "stopped by request");
                return JobRequests.Answer(JobWriter.Run((await jobs.Job(run.Run.Spec.Id).GetRunAsync(run.Run.RunId)) ?? run));
            }))).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/{id}/runs/{run}/graph", Handle(http => WithRunAsync(http, async run => JobRequests.Answer(RunGraphWriter.Write(await graphs.FindAsync(run.Run)))))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/{id}/runs/{run}/rerun", Handle(http => WithRunAsync(http, async run =>
                await jobs.Job(run.Run.Spec.Id).RunAgainAsync(run.Run.RunId) is { } again
                    ? JobRequests.Answer(JobWriter.Run(again), StatusCodes.Status201Created)
                    : ErrorAnswer.Conflict($"run '{run.Run.RunId}' goes on; stop it or wait for its end")))).Needs(Right.OnJob(AccessAction.Update));
            group.MapPost("/{id}/dispatch", Handle(http => WithJobAsync(http, job => triggers.DispatchAsync(http, job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/{id}/backfills", Handle(http => WithJobAsync(http, triggers.ListBackfillsAsync))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/{id}/backfills", Handle(http => WithJobAsync(http, job => triggers.BackfillAsync(http, job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapPost("/{id}/backfills/{number}/stop", Handle(http => WithJobAsync(http, job => triggers.StopBackfillAsync(http, job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapPost("/{id}/stop", Handle(http => WithJobAsync(http, async job =>
                JobRequests.Answer(new JsonObject { ["stopped"] = await jobs.Job(job.Spec.Id).StopAsync(null, "stopped by request") })))).Needs(Right.OnJob(AccessAction.Update));
            group.MapPost("/{id}/pause", Handle(http => WithJobAsync(http, job => PauseAsync(http, job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapPost("/{id}/resume", Handle(http => WithJobAsync(http, async job =>
            {
                await jobs.Job(job.Spec.Id).ResumeAsync();
                return await ShowAsync(job.Spec.Id);
            }))).Needs(Right.OnJob(AccessAction.Update));
        }

        private RequestDelegate Handle(Func<HttpContext, Task<IResult>> handler) => JobRequests.Handle(logger, handler);

        private async Task<IResult> ListAsync(HttpContext http)
        {
            var limit = MostListed;
            if (http.Request.Query["limit"].ToString() is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostListed))
                return ErrorAnswer.BadRequest($"limit is '{text}'; it must be 1 to {MostListed}");
            var specs = await jobs.PageAsync(http.Request.Query["after"].ToString(), limit);
            return JobRequests.Answer(new JsonObject
            {
                ["jobs"] = new JsonArray([.. (await jobs.StatusesAsync(specs)).Select(JobWriter.Status)]),
                ["after"] = specs.Count == limit ? specs[^1].Id : null,
            });
        }

        private async Task<IResult> PutAsync(HttpContext http, string? id, JobPut mode)
        {
            if (await JobRequests.ReadObjectAsync(http) is not { } body)
                return ErrorAnswer.BadRequest("the body is empty; send a job");
            var problems = new List<SpecProblem>();
            var spec = JobReader.Read(new(body, "", ".", problems), id);
            await JobRights.DemandAsync(http.Access(), spec, mode, jobs);
            if (problems.Count > 0)
                return JobRequests.Invalid(await jobs.ProblemsAsync(spec, problems, path => path));
            var change = await jobs.Graph.PutAsync(spec, mode);
            return change.Outcome switch
            {
                JobOutcome.Done => JobRequests.Answer(JobWriter.Spec(change.Spec!), change.Added ? StatusCodes.Status201Created : StatusCodes.Status200OK),
                JobOutcome.Taken => ErrorAnswer.Conflict($"there is a job '{spec.Id}' already; PUT /api/jobs/{spec.Id} replaces it"),
                _ => JobRequests.Invalid(change.Problems),
            };
        }

        private async Task<IResult> RemoveAsync(HttpContext http)
        {
            var id = Value(http, "id");
            var change = await jobs.Graph.RemoveAsync(id, http.Request.Query["stopRuns"] == "true", http.Request.Query["freeChildren"] == "true");
            return change.Outcome switch
            {
                JobOutcome.Done => JobRequests.Answer(JobWriter.Spec(change.Spec!)),
                JobOutcome.Running => ErrorAnswer.Conflict("runs go on; ?stopRuns=true ends them"),
                JobOutcome.Followed => ErrorAnswer.Conflict($"other jobs follow: {JobGateway.Named(change.Others)}; ?freeChildren=true lets them follow it no more"),
                _ => Unknown(id),
            };
        }

        private async Task<IResult> ListRunsAsync(JobStatus job)
        {
            var ended = await jobs.Job(job.Spec.Id).GetHistoryAsync(MostListed);
            return JobRequests.Answer(new JsonObject { ["runs"] = new JsonArray([.. job.LiveRuns.Reverse().Concat(ended).Select(run => JobWriter.Run(run))]) });
        }

        private async Task<IResult> StartAsync(HttpContext http, JobStatus job)
        {
            var problems = new List<SpecProblem>();
            var fields = new JsonFields(await JobRequests.ReadObjectAsync(http) ?? [], "", ".", problems);
            var (arguments, env, at) = (fields.Texts("args") ?? default, fields.TextMap("env"), fields.Instant("at"));
            fields.RefuseOthers();
            if (problems.Count > 0)
                return JobRequests.Invalid(problems);
            return await jobs.Job(job.Spec.Id).StartAsync(arguments, env, at) is { } run
                ? JobRequests.Answer(JobWriter.Run(run), StatusCodes.Status201Created)
                : Unknown(job.Spec.Id);
        }

        private async Task<IResult> PauseAsync(HttpContext http, JobStatus job)
        {
            var problems = new List<SpecProblem>();
            var note = new JsonFields(await JobRequests.ReadObjectAsync(http) ?? [], "", ".", problems).Text("note") ?? "";
            if (problems.Count > 0)
                return JobRequests.Invalid(problems);
            await jobs.Job(job.Spec.Id).PauseAsync(note);
            return await ShowAsync(job.Spec.Id);
        }

        private async Task<IResult> ShowAsync(string id) => await jobs.Job(id).GetStatusAsync() is { } job ? JobRequests.Answer(await StatusAsync(job)) : Unknown(id);

        // Why its runs wait is asked for one job, not for each of a list.
        private async Task<JsonObject> StatusAsync(JobStatus job)
        {
            var node = JobWriter.Status(job);
            var whys = await Task.WhenAll(job.LiveRuns.Select(jobs.WhyAsync));
            for (var i = 0; i < whys.Length; i++)
                node["runs"]![i]!["why"] = whys[i];
            return node;
        }

        private async Task<IResult> WithJobAsync(HttpContext http, Func<JobStatus, Task<IResult>> answer) =>
            await jobs.FindAsync(Value(http, "id")) is { } job ? await answer(job) : Unknown(Value(http, "id"));

        private async Task<IResult> WithRunAsync(HttpContext http, Func<RunStatus, Task<IResult>> answer) =>
            await jobs.FindRunAsync(Value(http, "id"), Value(http, "run")) is { } run
                ? await answer(run)
                : ErrorAnswer.NotFound($"there is no run '{Value(http, "run")}' of a job '{Value(http, "id")}'");

        private static ErrorAnswer Unknown(string id) => ErrorAnswer.NotFound($"there is no job '{id}'");

        private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;
    }
}
