using System.Text;
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
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Security;

namespace Platform.Api.Chronos;

/// <summary>Chronos' API: <c>/v1/scheduler</c> and <c>/scheduler</c>, also under <c>/service/chronos</c>.</summary>
public static class ChronosEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapChronos(this IEndpointRouteBuilder endpoints)
    {
        var api = new Routes(
            new(endpoints.ServiceProvider.GetRequiredService<IGrainFactory>()),
            endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Chronos"));
        foreach (var prefix in new[] { "/v1/scheduler", "/scheduler", "/service/chronos/v1/scheduler", "/service/chronos/scheduler" })
            api.Map(endpoints.MapGroup(prefix));
        var service = endpoints.MapGroup("/service/chronos");
        service.MapGet("/metrics", api.Handle(api.MetricsAsync)).Needs(Right.Filtered);
        service.MapGet("/ping", api.Handle(_ => Task.FromResult(Results.Text("pong")))).Needs(Right.Open);
        return endpoints;
    }

    private sealed class Routes(JobGateway jobs, ILogger logger)
    {
        private const int TasksShown = 20;
        private const long MostElements = 1_000_000_000_000;

        internal RequestDelegate Handle(Func<HttpContext, Task<IResult>> handler) => JobRequests.Handle(logger, handler);

        internal void Map(RouteGroupBuilder group)
        {
            group.MapMethods("/iso8601", ["POST", "PUT"], Handle(http => PutAsync(http, dependent: false))).Needs(Right.OfBody);
            group.MapMethods("/dependency", ["POST", "PUT"], Handle(http => PutAsync(http, dependent: true))).Needs(Right.OfBody);
            group.MapGet("/jobs", Handle(async _ => JobRequests.Answer(new JsonArray([.. (await jobs.AllAsync()).Select(ChronosWriter.Job)])))).Needs(Right.Filtered);
            group.MapGet("/jobs/summary", Handle(async _ => JobRequests.Answer(new JsonObject { ["jobs"] = new JsonArray([.. (await jobs.AllAsync()).Select(ChronosWriter.Summary)]) }))).Needs(Right.Filtered);
            group.MapGet("/jobs/search", Handle(SearchAsync)).Needs(Right.Filtered);
            group.MapGet("/job/{name}", Handle(http => WithJobAsync(http, job => Task.FromResult(JobRequests.Answer(ChronosWriter.Job(job)))))).Needs(Right.OnNamedJob(AccessAction.Read));
            group.MapPut("/job/{name}", Handle(StartAsync)).Needs(Right.OnNamedJob(AccessAction.Update));
            group.MapDelete("/job/{name}", Handle(RemoveAsync)).Needs(Right.OnNamedJob(AccessAction.Delete));
            group.MapPut("/job/success/{name}", Handle(http => WithJobAsync(http, async job =>
            {
                var done = await jobs.Job(job.Spec.Id).TellSuccessAsync();
                return Results.Text($"marked job {job.Spec.Id} as successful: {(done ? "true" : "false")}");
            }))).Needs(Right.OnNamedJob(AccessAction.Update));
            group.MapGet("/job/stat/{name}", Handle(http => WithJobAsync(http, ShowStatisticsAsync))).Needs(Right.OnNamedJob(AccessAction.Read));
            group.MapPost("/job/{name}/task/{task}/progress", Handle(ProgressAsync)).Needs(Right.OnNamedJob(AccessAction.Update));
            group.MapGet("/stats/{percentile}", Handle(PercentileAsync)).Needs(Right.Filtered);
            group.MapDelete("/task/kill/{name}", Handle(http => WithJobAsync(http, async job =>
            {
                await jobs.Job(job.Spec.Id).StopAsync(null, "killed by request");
                return Results.NoContent();
            }))).Needs(Right.OnNamedJob(AccessAction.Update));
            group.MapGet("/graph/dot", Handle(async _ => Results.Text(Dot(await jobs.AllAsync())))).Needs(Right.Filtered);
            group.MapGet("/graph/csv", Handle(async _ => Results.Text(Csv(await jobs.AllAsync())))).Needs(Right.Filtered);
            group.MapGet("/metrics", Handle(MetricsAsync)).Needs(Right.Filtered);
            group.MapGet("/leader", Handle(http => Task.FromResult(JobRequests.Answer(new JsonObject { ["leader"] = http.Request.Host.Value })))).Needs(Right.Filtered);
            group.MapGet("/ping", Handle(_ => Task.FromResult(Results.Text("pong")))).Needs(Right.Open);
        }

        internal async Task<IResult> MetricsAsync(HttpContext http) => JobRequests.Answer(ChronosWriter.Metrics(await jobs.AllAsync()));

        private async Task<IResult> PutAsync(HttpContext http, bool dependent)
        {
            if (await JobRequests.ReadObjectAsync(http) is not { } body)
                return ErrorAnswer.BadRequest("the body is empty; send a job");
            var problems = new List<SpecProblem>();
            var spec = ChronosReader.Read(new(body, "", ".", problems), dependent);
            await JobRights.DemandAsync(http.Access(), spec, JobPut.AddOrReplace, jobs);
            if (problems.Count > 0)
                return Invalid(await jobs.ProblemsAsync(spec, problems, ChronosReader.PathOf));
            var change = await jobs.Graph.PutAsync(spec, JobPut.AddOrReplace);
            return change.Outcome == JobOutcome.Done ? Results.NoContent() : Invalid([.. change.Problems.Select(problem => problem with { Path = ChronosReader.PathOf(problem.Path) })]);
        }

        private async Task<IResult> SearchAsync(HttpContext http)
        {
            string Query(string name) => http.Request.Query[name].ToString().Trim().ToLowerInvariant();
            var (name, command, any) = (Query("name"), Query("command"), Query("any"));
            var limit = int.TryParse(Query("limit"), out var asked) && asked >= 0 ? asked : 10;
            var offset = int.TryParse(Query("offset"), out var from) && from >= 0 ? from : 0;
            static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
            var found = (await jobs.Graph.ListAsync()).Where(spec => JobGateway.Shows(spec.Id)).Where(spec =>
            {
                var line = spec.Task.Command.Shell ?? string.Join(' ', (IEnumerable<string>)spec.Task.Command.Argv);
                return Has(spec.Id, name) && Has(line, command) && (Has(spec.Id, any) || Has(line, any));
            });
            return JobRequests.Answer(new JsonArray([.. (await jobs.StatusesAsync(found.Skip(offset).Take(limit))).Select(ChronosWriter.Job)]));
        }

        private Task<IResult> StartAsync(HttpContext http) => WithJobAsync(http, async job =>
        {
            var arguments = http.Request.Query["arguments"].ToString();
            await jobs.Job(job.Spec.Id).StartAsync(arguments.Length == 0 ? default : [arguments], default);
            return Results.NoContent();
        });

        private Task<IResult> RemoveAsync(HttpContext http) => WithJobAsync(http, async job =>
        {
            await InheritAsync(job);
            await jobs.Graph.RemoveAsync(job.Spec.Id, stopRuns: true, freeChildren: true);
            return Results.NoContent();
        });

        // As Chronos does: what followed it follows what it followed; if it had a schedule, that is theirs. Before it goes, so that nothing is lost if this ends half way.
        private async Task InheritAsync(JobStatus removed)
        {
            var gone = removed.Spec;
            var left = gone.Schedule is { } schedule ? schedule with { Timing = schedule.Timing with { Expression = ChronosWriter.Schedule(removed) } } : null;
            foreach (var child in (await jobs.Graph.ListAsync()).Where(spec => spec.Parents.Contains(gone.Id)))
            {
                var parents = child.Parents.Where(parent => parent != gone.Id).Concat(gone.Parents).Distinct(StringComparer.Ordinal).ToValueList();
                var heir = left is null ? child with { Parents = parents } : child with { Parents = default, Schedule = left };
                if (left is not null || !parents.IsEmpty)
                    await jobs.Graph.PutAsync(heir, JobPut.Replace);
            }
        }

        // What is told of a task that is not kept any more is let go, as Chronos does, whose clients take no other answer.
        private Task<IResult> ProgressAsync(HttpContext http) => WithJobAsync(http, async job =>
        {
            var body = await JobRequests.ReadObjectAsync(http);
            var problems = new List<SpecProblem>();
            var added = body is null ? null : new JsonFields(body, "", ".", problems).Number("numAdditionalElementsProcessed");
            if (added is < 0 or > MostElements)
                problems.Add(new("numAdditionalElementsProcessed", $"must be from 0 to {MostElements}"));
            if (problems.Count > 0)
                return Invalid(problems);
            if (added is > 0)
                await jobs.Job(job.Spec.Id).ProgressAsync(Value(http, "task"), (long)added.Value);
            return Results.NoContent();
        });

        private async Task<IResult> ShowStatisticsAsync(JobStatus job)
        {
            var taken = job.Durations;
            var runs = job.LiveRuns.Concat(await jobs.Job(job.Spec.Id).GetHistoryAsync(TasksShown));
            var tasks = runs.SelectMany(run => run.Tasks).OrderByDescending(task => task.StartedAt ?? task.CreatedAt).Take(TasksShown);
            return JobRequests.Answer(new JsonObject
            {
                ["taskStatHistory"] = new JsonArray([.. tasks.Select(task => ChronosWriter.Task(job, task))]),
                ["histogram"] = ChronosWriter.Histogram(taken),
                ["count"] = taken.Count,
                ["mean"] = taken.Mean,
                ["median"] = taken.Median,
                ["75thPercentile"] = taken.P75,
                ["95thPercentile"] = taken.P95,
                ["98thPercentile"] = taken.P98,
                ["99thPercentile"] = taken.P99,
                ["successCount"] = job.Successes,
                ["errorCount"] = job.Failures,
            });
        }

        private async Task<IResult> PercentileAsync(HttpContext http)
        {
            Func<RunDurations, double>? measure = Value(http, "percentile") switch
            {
                "median" => taken => taken.Median,
                "mean" => taken => taken.Mean,
                "75thPercentile" => taken => taken.P75,
                "95thPercentile" => taken => taken.P95,
                "98thPercentile" => taken => taken.P98,
                "99thPercentile" => taken => taken.P99,
                _ => null,
            };
            if (measure is null)
                return ErrorAnswer.BadRequest($"there is no statistic '{Value(http, "percentile")}'; there are mean, median, 75thPercentile, 95thPercentile, 98thPercentile and 99thPercentile");
            var times = (await jobs.AllAsync()).Select(job => (Job: job.Spec.Id, Seconds: measure(job.Durations)));
            return JobRequests.Answer(new JsonArray([.. times.OrderByDescending(time => time.Seconds)
                .Select(time => (JsonNode)new JsonObject { ["jobNameLabel"] = time.Job, ["time"] = time.Seconds })]));
        }

        private static string Dot(List<JobStatus> all)
        {
            var text = new StringBuilder("digraph G {\n");
            foreach (var job in all)
                text.Append("  ").Append('"').Append(job.Spec.Id).Append("\";\n");
            foreach (var job in all)
            {
                foreach (var parent in job.Spec.Parents)
                    text.Append("  \"").Append(parent).Append("\" -> \"").Append(job.Spec.Id).Append("\";\n");
            }
            return text.Append("}\n").ToString();
        }

        private static string Csv(List<JobStatus> all)
        {
            var text = new StringBuilder();
            foreach (var job in all)
                text.Append("node,").Append(job.Spec.Id).Append(',').Append(ChronosWriter.Status(job)).Append(',').Append(ChronosWriter.State(job)).Append('\n');
            foreach (var job in all)
            {
                foreach (var parent in job.Spec.Parents)
                    text.Append("link,").Append(parent).Append(',').Append(job.Spec.Id).Append('\n');
            }
            return text.ToString();
        }

        private async Task<IResult> WithJobAsync(HttpContext http, Func<JobStatus, Task<IResult>> answer) => await jobs.FindAsync(Value(http, "name")) is { } job
            ? await answer(job)
            : ErrorAnswer.BadRequest($"Job '{Value(http, "name")}' not found");

        private static ErrorAnswer Invalid(IReadOnlyList<SpecProblem> problems) =>
            ErrorAnswer.BadRequest(string.Join("; ", problems.Select(problem => problem.Path.Length == 0 ? problem.Message : $"{problem.Path}: {problem.Message}")));

        private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;
    }
}
