using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Jobs;
using Platform.Api.Security;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Security;

namespace Platform.Api.Metronome;

/// <summary>Metronome's API: <c>/v1/jobs</c> and <c>/v0/scheduled-jobs</c>, also under <c>/service/metronome</c>.</summary>
public static class MetronomeEndpoints
{
    private const int KeptInHistory = 50;

    // So many jobs are asked at a time for what lists do not know of them.
    private const int MostAsked = 16;

    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapMetronome(this IEndpointRouteBuilder endpoints)
    {
        var api = new Routes(
            new(endpoints.ServiceProvider.GetRequiredService<IGrainFactory>()),
            endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Metronome"));
        api.Map(endpoints.MapGroup(""));
        var service = endpoints.MapGroup("/service/metronome");
        api.Map(service);
        service.MapGet("/ping", api.Handle(_ => Task.FromResult(Results.Text("pong")))).Needs(Right.Open);
        service.MapGet("/info", api.Handle(_ => Task.FromResult(JobRequests.Answer(new JsonObject { ["version"] = "0.6.48", ["libVersion"] = "1.9.100" })))).Needs(Right.Filtered);
        service.MapGet("/leader", api.Handle(http => Task.FromResult(JobRequests.Answer(new JsonObject { ["leader"] = http.Request.Host.Value })))).Needs(Right.Filtered);
        service.Map("/{**rest}", api.Handle(Routes.UnknownRouteAsync)).Needs(Right.Filtered);
        return endpoints;
    }

    private sealed class Routes(JobGateway jobs, ILogger logger)
    {
        internal RequestDelegate Handle(Func<HttpContext, Task<IResult>> handler) => JobRequests.Handle(logger, handler);

        internal void Map(RouteGroupBuilder group)
        {
            group.MapGet("/v1/jobs", Handle(ListAsync)).Needs(Right.Filtered);
            group.MapPost("/v1/jobs", Handle(CreateAsync)).Needs(Right.OfBody);
            group.MapGet("/v1/jobs/{id}", Handle(ShowAsync)).Needs(Right.OnJob(AccessAction.Read));
            group.MapPut("/v1/jobs/{id}", Handle(http => UpdateAsync(http, keepsSchedule: true))).Needs(Right.OnJob(AccessAction.Update));
            group.MapDelete("/v1/jobs/{id}", Handle(DeleteAsync)).Needs(Right.OnJob(AccessAction.Delete));
            group.MapGet("/v1/jobs/{id}/schedules", Handle(http => WithJobAsync(http, job => JobRequests.Answer(MetronomeWriter.Job(job.Spec, job.NextDue)["schedules"]!.DeepClone())))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/v1/jobs/{id}/schedules", Handle(AddScheduleAsync)).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/v1/jobs/{id}/schedules/{schedule}", Handle(http => WithScheduleAsync(http, job =>
                Task.FromResult(JobRequests.Answer(MetronomeWriter.Schedule(job.Spec.Schedule!, job.Spec, job.NextDue)))))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPut("/v1/jobs/{id}/schedules/{schedule}", Handle(http => WithScheduleAsync(http, job => SetScheduleAsync(http, job, Value(http, "schedule"), StatusCodes.Status200OK)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapDelete("/v1/jobs/{id}/schedules/{schedule}", Handle(http => WithScheduleAsync(http, job => RemoveScheduleAsync(job)))).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/v1/jobs/{id}/runs", Handle(http => WithJobAsync(http, job =>
                JobRequests.Answer(new JsonArray([.. job.LiveRuns.Select(run => MetronomeWriter.Run(run, job.Spec.Id))]))))).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/v1/jobs/{id}/runs", Handle(StartAsync)).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/v1/jobs/{id}/runs/{run}", Handle(ShowRunAsync)).Needs(Right.OnJob(AccessAction.Read));
            group.MapPost("/v1/jobs/{id}/runs/{run}/actions/stop", Handle(StopRunAsync)).Needs(Right.OnJob(AccessAction.Update));
            group.MapGet("/v1/queue", Handle(QueueAsync)).Needs(Right.Filtered);
            group.MapGet("/v1/metrics", Handle(MetricsAsync)).Needs(Right.OnOperations(AccessAction.Read, "system-metrics"));
            group.MapPost("/v0/scheduled-jobs", Handle(CreateAsync)).Needs(Right.OfBody);
            group.MapPut("/v0/scheduled-jobs/{id}", Handle(http => UpdateAsync(http, keepsSchedule: false))).Needs(Right.OnJob(AccessAction.Update));
            group.Map("/v1/jobs/{id}/{**rest}", Handle(UnknownRouteAsync)).Needs(Right.OnJob(AccessAction.Read));
            foreach (var path in new[] { "/v1/jobs", "/v1/queue", "/v1/metrics", "/v0/scheduled-jobs/{**rest}" })
                group.Map(path, Handle(UnknownRouteAsync)).Needs(Right.Filtered);
        }

        internal static Task<IResult> UnknownRouteAsync(HttpContext http) =>
            Task.FromResult(JobRequests.Answer(new JsonObject { ["message"] = "Unknown route.", ["requestPath"] = http.Request.Path.Value }, StatusCodes.Status404NotFound));

        private async Task<IResult> ListAsync(HttpContext http)
        {
            var embed = Embedded(http);
            var all = await jobs.AllAsync();
            var shown = new JsonNode[all.Count];
            await Parallel.ForAsync(0, all.Count, new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = http.RequestAborted },
                async (i, _) => shown[i] = await ShowAsync(all[i], embed));
            return JobRequests.Answer(new JsonArray(shown));
        }

        private async Task<IResult> ShowAsync(HttpContext http)
        {
            var embed = Embedded(http);
            return await jobs.FindAsync(Value(http, "id")) is { } job ? JobRequests.Answer(await ShowAsync(job, embed)) : UnknownJob(Value(http, "id"));
        }

        private async Task<JsonObject> ShowAsync(JobStatus job, HashSet<string> embed)
        {
            var node = MetronomeWriter.Job(job.Spec, job.NextDue);
            if (embed.Contains("activeRuns"))
                node["activeRuns"] = new JsonArray([.. job.LiveRuns.Select(run => MetronomeWriter.Run(run, job.Spec.Id))]);
            if (embed.Contains("history"))
                // Of one that has never run there is nothing to ask.
                node["history"] = MetronomeWriter.History(job, job.LastPhase is null ? [] : await jobs.Job(job.Spec.Id).GetHistoryAsync(KeptInHistory));
            if (embed.Contains("historySummary"))
                node["historySummary"] = MetronomeWriter.HistorySummary(job);
            return node;
        }

        private async Task<IResult> CreateAsync(HttpContext http)
        {
            var (spec, problems) = await ReadAsync(http, null, null, keepsSchedule: false);
            if (spec is null)
                return Invalid(problems);
            await JobRights.DemandAsync(http.Access(), spec, JobPut.Add, jobs);
            if (problems.Count > 0)
                return Invalid(await jobs.ProblemsAsync(spec, problems, MetronomeReader.PathOf));
            return await AnswerAsync(await jobs.Graph.PutAsync(spec, JobPut.Add), StatusCodes.Status201Created);
        }

        private async Task<IResult> UpdateAsync(HttpContext http, bool keepsSchedule)
        {
            var id = Value(http, "id");
            var before = await jobs.FindAsync(id);
            var (spec, problems) = await ReadAsync(http, id, before?.Spec, keepsSchedule);
            if (before is null)
                return UnknownJob(id);
            if (spec is null)
                return Invalid(problems);
            await JobRights.DemandAsync(http.Access(), spec, JobPut.Replace, jobs);
            if (problems.Count > 0)
                return Invalid(await jobs.ProblemsAsync(spec, problems, MetronomeReader.PathOf));
            return await AnswerAsync(await jobs.Graph.PutAsync(spec, JobPut.Replace), StatusCodes.Status200OK);
        }

        private async Task<IResult> AnswerAsync(JobChange change, int status) => change.Outcome == JobOutcome.Done
            ? JobRequests.Answer(MetronomeWriter.Job(change.Spec!, (await jobs.FindAsync(change.Spec!.Id))?.NextDue), status)
            : Refused(change);

        // Spec null: there is nothing to read. Of jobs that are there only /v0/scheduled-jobs changes the schedule.
        private static async Task<(JobSpec? Spec, List<SpecProblem> Problems)> ReadAsync(HttpContext http, string? id, JobSpec? before, bool keepsSchedule)
        {
            var problems = new List<SpecProblem>();
            if (await JobRequests.ReadObjectAsync(http) is not { } body)
            {
                problems.Add(new("/", "the body is empty; send a job"));
                return (null, problems);
            }
            var (spec, schedule, concurrency) = MetronomeReader.ReadJob(new JsonFields(body, "", "/", problems), id, before, problems);
            return (keepsSchedule ? spec : schedule is null ? spec.WithoutSchedule() : spec with { Schedule = schedule, Concurrency = concurrency }, problems);
        }

        private async Task<IResult> DeleteAsync(HttpContext http)
        {
            var id = Value(http, "id");
            if (await jobs.FindAsync(id) is not { } job)
                return UnknownJob(id);
            var change = await jobs.Graph.RemoveAsync(id, http.Request.Query["stopCurrentJobRuns"] == "true", freeChildren: false);
            return change.Outcome == JobOutcome.Done ? JobRequests.Answer(MetronomeWriter.Job(change.Spec!, job.NextDue)) : Refused(change, id);
        }

        private async Task<IResult> AddScheduleAsync(HttpContext http)
        {
            var id = Value(http, "id");
            if (await jobs.FindAsync(id) is not { } job)
                return UnknownJob(id);
            return await SetScheduleAsync(http, job, null, StatusCodes.Status201Created);
        }

        private async Task<IResult> SetScheduleAsync(HttpContext http, JobStatus job, string? scheduleId, int status)
        {
            var problems = new List<SpecProblem>();
            if (await JobRequests.ReadObjectAsync(http) is not { } body)
                return Invalid([new("/", "the body is empty; send a schedule")]);
            var (schedule, concurrency) = MetronomeReader.ReadSchedule(new(body, "", "/", problems), job.Spec.Id, scheduleId, problems);
            if (problems.Count > 0)
                return Invalid(problems);
            if (scheduleId is null && job.Spec.Schedule is { } standing)
                return ErrorAnswer.Conflict(standing.Id == schedule.Id ? $"A schedule with id {schedule.Id} already exists" : "Only one schedule supported at the moment");
            var change = await jobs.Graph.PutAsync(job.Spec with { Schedule = schedule, Concurrency = concurrency }, JobPut.Replace);
            if (change.Outcome != JobOutcome.Done)
                return Refused(change);
            var next = await jobs.Job(job.Spec.Id).GetStatusAsync();
            return JobRequests.Answer(MetronomeWriter.Schedule(schedule, change.Spec!, next?.NextDue), status);
        }

        private async Task<IResult> RemoveScheduleAsync(JobStatus job)
        {
            var change = await jobs.Graph.PutAsync(job.Spec.WithoutSchedule(), JobPut.Replace);
            return change.Outcome == JobOutcome.Done ? Results.Ok() : Refused(change);
        }

        private async Task<IResult> StartAsync(HttpContext http)
        {
            var id = Value(http, "id");
            var problems = new List<SpecProblem>();
            var body = await JobRequests.ReadObjectAsync(http);
            // A run may add to the environment of its job.
            var env = body is null ? default : new JsonFields(body, "", "/", problems).TextMap("env");
            if (problems.Count > 0)
                return Invalid(problems);
            if (await jobs.FindAsync(id) is null || await jobs.Job(id).StartAsync(default, env) is not { } run)
                return UnknownJob(id);
            return JobRequests.Answer(MetronomeWriter.Run(run, id), StatusCodes.Status201Created);
        }

        private async Task<IResult> ShowRunAsync(HttpContext http)
        {
            var (id, runId) = (Value(http, "id"), Value(http, "run"));
            return await jobs.FindRunAsync(id, runId) is { } run ? JobRequests.Answer(MetronomeWriter.Run(run, id)) : UnknownRun(id, runId);
        }

        private async Task<IResult> StopRunAsync(HttpContext http)
        {
            var (id, runId) = (Value(http, "id"), Value(http, "run"));
            if (await jobs.FindAsync(id) is null)
                return UnknownJob(id);
            if (await jobs.Job(id).GetRunAsync(runId) is not { Run.Ended: false })
                return UnknownRun(id, runId);
            await jobs.Job(id).StopAsync(runId, "stopped by request");
            return await jobs.Job(id).GetRunAsync(runId) is { } run ? JobRequests.Answer(MetronomeWriter.Run(run, id)) : UnknownRun(id, runId);
        }

        private async Task<IResult> QueueAsync(HttpContext http)
        {
            var waiting = (await jobs.AllAsync())
                .Select(job => (job.Spec.Id, Runs: job.LiveRuns.Where(run => run.Run.Phase is RunPhase.Waiting or RunPhase.Starting).ToList()))
                .Where(job => job.Runs.Count > 0);
            return JobRequests.Answer(new JsonArray([.. waiting.Select(job => (JsonNode)new JsonObject
            {
                ["jobId"] = job.Id,
                ["runs"] = new JsonArray([.. job.Runs.Select(run => (JsonNode)new JsonObject { ["runId"] = run.Run.RunId })]),
            })]));
        }

        private async Task<IResult> MetricsAsync(HttpContext http)
        {
            var all = await jobs.AllAsync();
            static JsonObject Value(long value) => new() { ["value"] = value };
            static JsonObject Count(long count) => new() { ["count"] = count };
            return JobRequests.Answer(new JsonObject
            {
                ["version"] = "4.0.0",
                ["gauges"] = new JsonObject
                {
                    ["metronome.jobs.count"] = Value(all.Count),
                    ["metronome.runs.active.count"] = Value(all.Sum(job => (long)job.LiveCount)),
                },
                ["counters"] = new JsonObject
                {
                    ["metronome.runs.succeeded"] = Count(all.Sum(job => job.Successes)),
                    ["metronome.runs.failed"] = Count(all.Sum(job => job.Failures)),
                    ["metronome.runs.skipped"] = Count(all.Sum(job => job.Skipped)),
                },
                ["histograms"] = new JsonObject(),
                ["meters"] = new JsonObject(),
                ["timers"] = new JsonObject(),
            });
        }

        private async Task<IResult> WithJobAsync(HttpContext http, Func<JobStatus, IResult> answer) =>
            await jobs.FindAsync(Value(http, "id")) is { } job ? answer(job) : UnknownJob(Value(http, "id"));

        private async Task<IResult> WithScheduleAsync(HttpContext http, Func<JobStatus, Task<IResult>> answer)
        {
            if (await jobs.FindAsync(Value(http, "id")) is not { } job)
                return UnknownJob(Value(http, "id"));
            var schedule = Value(http, "schedule");
            return job.Spec.Schedule?.Id == schedule
                ? await answer(job)
                : JobRequests.Answer(new JsonObject { ["id"] = schedule, ["message"] = "Schedule not found" }, StatusCodes.Status404NotFound);
        }

        private static ErrorAnswer Refused(JobChange change, string id = "") => change.Outcome switch
        {
            JobOutcome.Taken => ErrorAnswer.Conflict("Job with this id already exists"),
            JobOutcome.Running => ErrorAnswer.Conflict("There are active job runs. Override with stopCurrentJobRuns=true"),
            JobOutcome.Followed => ErrorAnswer.Conflict($"There are jobs with a dependency on {id}. children=[{JobGateway.Named(change.Others)}]"),
            JobOutcome.Invalid => Invalid([.. change.Problems.Select(problem => problem with { Path = MetronomeReader.PathOf(problem.Path) })]) with { Message = MessageOf(change) },
            _ => ErrorAnswer.NotFound("Job not found"),
        };

        private static string MessageOf(JobChange change) =>
            !change.Others.IsEmpty ? $"Dependencies contain unknown jobs. unknown=[{string.Join(", ", (IEnumerable<string>)change.Others)}]"
            : change.Problems.Any(problem => problem.Message.StartsWith(JobValidator.Circle, StringComparison.Ordinal)) ? "Dependencies have a cycle."
            : "Object is not valid";

        private static ErrorAnswer Invalid(IReadOnlyList<SpecProblem> problems)
        {
            var all = new JsonProblems();
            foreach (var problem in problems)
                all.Rule(problem.Path, problem.Message);
            return ErrorAnswer.Unprocessable("Object is not valid") with { Problems = all.Items };
        }

        private static IResult UnknownJob(string id) => JobRequests.Answer(new JsonObject { ["id"] = id, ["message"] = "Job not found" }, StatusCodes.Status404NotFound);

        private static IResult UnknownRun(string id, string run) =>
            JobRequests.Answer(new JsonObject { ["jobSpec"] = id, ["id"] = run, ["message"] = "Job Run not found" }, StatusCodes.Status404NotFound);

        private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

        private static HashSet<string> Embedded(HttpContext http)
        {
            var embed = http.Request.Query["embed"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
            if (embed.FirstOrDefault(name => name is not ("activeRuns" or "schedules" or "history" or "historySummary")) is { } unknown)
                throw new ApiException(ErrorAnswer.BadRequest("Unknown embed options. Valid options are: activeRuns, schedules, history, historySummary") with { Detail = $"{unknown} is none of them" });
            return embed;
        }
    }
}
