using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Api.Http;
using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Security;

namespace Platform.Api.Jobs;

/// <summary>What an operator does with jobs, for surfaces in the same process: what <c>/api/jobs</c> does, with the same checks.</summary>
public sealed class JobOperations(IGrainFactory grains, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JobGateway _jobs = new(grains);

    /// <summary>The definition as JSON for people.</summary>
    public static string JsonOf(JobSpec spec) => JobWriter.Spec(spec).ToJsonString(Indented);

    /// <summary>A job; null: there is none, or who asks may not see it.</summary>
    public async Task<JobStatus?> FindAsync(string id) => JobGateway.Shows(id) ? await _jobs.FindAsync(id) : null;

    /// <summary>Its runs, newest first: those that go on, then those that have ended, at most so many of these.</summary>
    public async Task<IReadOnlyList<RunStatus>> RunsAsync(JobStatus job, int most)
    {
        Demand(job.Spec.Id, AccessAction.Read);
        return [.. job.LiveRuns.Reverse(), .. await _jobs.Job(job.Spec.Id).GetHistoryAsync(most)];
    }

    /// <summary>A part of its runs, newest first: those that go on, then those that have ended.</summary>
    /// <param name="id">The job.</param>
    /// <param name="skip">So many are passed over.</param>
    /// <param name="most">So many are told at most.</param>
    public async Task<RunPage> RunPageAsync(string id, int skip, int most)
    {
        Demand(id, AccessAction.Read);
        return await (await StandingAsync(id)).GetRunPageAsync(skip, most);
    }

    /// <summary>One run; null: there is none.</summary>
    public async Task<RunStatus?> RunAsync(string id, string run) => JobGateway.Shows(id) ? await _jobs.FindRunAsync(id, run) : null;

    /// <summary>The run of the whole graph that a run is part of.</summary>
    public Task<RunGraph> GraphAsync(RunState run)
    {
        Demand(run.Spec.Id, AccessAction.Read);
        return new RunGraphs(_jobs).FindAsync(run);
    }

    /// <summary>Backfills that go on, and the last ones that have ended, oldest first.</summary>
    public async Task<ValueList<BackfillState>> BackfillsAsync(string id)
    {
        Demand(id, AccessAction.Read);
        return await (await StandingAsync(id)).GetBackfillsAsync();
    }

    /// <summary>When a job is due next, in order; none: it has no schedule that counts.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="most">So many at most.</param>
    public IReadOnlyList<DateTimeOffset> DueTimes(JobSpec spec, int most)
    {
        var now = time.GetUtcNow();
        return spec.Disabled ? [] : [.. ParseSchedule(spec, now)?.After(now, most) ?? []];
    }

    /// <summary>What a definition means, without changing anything.</summary>
    /// <param name="json">The definition.</param>
    /// <param name="isNew">There must be no job of that name.</param>
    /// <param name="most">So many due times are told at most.</param>
    /// <exception cref="OperationRefusedException">It is not valid; every problem is told.</exception>
    public async Task<JobPreview> PreviewAsync(string json, bool isNew, int most)
    {
        var (spec, problems) = Read(json);
        var now = time.GetUtcNow();
        var told = problems.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(JobValidator.Validate(spec, now).Where(problem => !told.Contains(problem.Path)));
        foreach (var parent in spec.Parents.AsEnumerable())
        {
            if (parent != spec.Id && (!JobGateway.Shows(parent) || await _jobs.Graph.GetAsync(parent) is null))
                problems.Add(new("parents", $"there is no job '{parent}' to follow; add it first"));
        }
        if (JobGroups.CanCount(problems))
            problems.AddRange(await _jobs.Graph.CheckLimitsAsync(spec));
        if (isNew && JobValidator.IsName(spec.Id) && JobGateway.Shows(spec.Id) && await _jobs.Graph.GetAsync(spec.Id) is not null)
            problems.Add(new("id", $"there is a job '{spec.Id}' already"));
        if (problems.Count > 0)
            throw Refused(problems);
        return ParseSchedule(spec, now) is { } parsed ? new(spec, parsed.Describe(), [.. parsed.After(now, most)]) : new(spec, null, []);
    }

    /// <summary>Adds the job of a definition, or gives it this definition as a whole.</summary>
    /// <exception cref="OperationRefusedException">It is not valid, or not possible.</exception>
    public async Task<JobSpec> PutAsync(string json, bool isNew)
    {
        var (spec, problems) = Read(json);
        var mode = isNew ? JobPut.Add : JobPut.Replace;
        await JobRights.DemandAsync(AccessScope.Current, spec, mode, _jobs);
        if (problems.Count > 0)
            throw Refused(await _jobs.ProblemsAsync(spec, problems, path => path));
        var change = await _jobs.Graph.PutAsync(spec, mode);
        return change.Outcome switch
        {
            JobOutcome.Done => change.Spec!,
            JobOutcome.Taken => throw new OperationRefusedException($"There is a job '{spec.Id}' already", "id", "is taken"),
            JobOutcome.Unknown => throw Unknown(spec.Id),
            _ => throw Refused([.. change.Problems]),
        };
    }

    /// <summary>Removes it.</summary>
    /// <param name="id">The job.</param>
    /// <param name="stopRuns">Also while runs go on; they are ended.</param>
    /// <param name="freeChildren">Also while others follow; they follow it no more.</param>
    /// <exception cref="OperationRefusedException">It is not possible.</exception>
    public async Task RemoveAsync(string id, bool stopRuns, bool freeChildren)
    {
        Demand(id, AccessAction.Delete);
        var change = await _jobs.Graph.RemoveAsync(id, stopRuns, freeChildren);
        if (change.Outcome == JobOutcome.Running)
            throw new OperationRefusedException("Runs of it go on", "stopRuns", "stop them first, or have them stopped");
        if (change.Outcome == JobOutcome.Followed)
            throw new OperationRefusedException($"Other jobs follow: {JobGateway.Named(change.Others)}", "freeChildren", "remove or change them first, or let them go");
        if (change.Outcome != JobOutcome.Done)
            throw Unknown(id);
    }

    /// <summary>Makes a run.</summary>
    public async Task<RunStatus> StartAsync(string id)
    {
        Demand(id, AccessAction.Update);
        return await (await StandingAsync(id)).StartAsync(default, default) ?? throw Unknown(id);
    }

    /// <summary>Ends a run; null: ends all.</summary>
    public async Task StopAsync(string id, string? run)
    {
        Demand(id, AccessAction.Update);
        await (await StandingAsync(id)).StopAsync(run, "stopped by request");
    }

    /// <summary>Runs a run that has ended again, and what hangs on it.</summary>
    /// <exception cref="OperationRefusedException">It goes on.</exception>
    public async Task<RunStatus> RunAgainAsync(string id, string run)
    {
        Demand(id, AccessAction.Update);
        return await (await StandingAsync(id)).RunAgainAsync(run) ?? throw new OperationRefusedException($"Run {run} goes on", "run", "stop it, or wait for its end");
    }

    /// <summary>Is not due any more until it is resumed.</summary>
    public async Task PauseAsync(string id, string note)
    {
        Demand(id, AccessAction.Update);
        await (await StandingAsync(id)).PauseAsync(note);
    }

    /// <summary>Is due again.</summary>
    public async Task ResumeAsync(string id)
    {
        Demand(id, AccessAction.Update);
        await (await StandingAsync(id)).ResumeAsync();
    }

    /// <summary>Begins to run the due times of a window in the past.</summary>
    /// <param name="id">The job.</param>
    /// <param name="from">The first instant that may be due.</param>
    /// <param name="until">The last one.</param>
    /// <param name="parallelism">How many runs of it go on at most.</param>
    /// <exception cref="OperationRefusedException">The window is not valid.</exception>
    public async Task BackfillAsync(string id, DateTimeOffset from, DateTimeOffset until, int parallelism)
    {
        Demand(id, AccessAction.Update);
        var result = await (await StandingAsync(id)).BackfillAsync(from.ToUniversalTime(), until.ToUniversalTime(), parallelism);
        if (result.Backfill is null)
            throw result.Problems.IsEmpty ? Unknown(id) : Refused([.. result.Problems]);
    }

    /// <summary>Makes no more runs of a backfill, and ends those that go on.</summary>
    public async Task StopBackfillAsync(string id, int number)
    {
        Demand(id, AccessAction.Update);
        if (!await (await StandingAsync(id)).StopBackfillAsync(number))
            throw new OperationRefusedException($"Backfill {number} has ended", "number", "goes on no more");
    }

    private static Schedule? ParseSchedule(JobSpec spec, DateTimeOffset now) =>
        spec.Schedule is { Enabled: true } schedule ? ScheduleParser.Parse(schedule.Timing, now, ScheduleParser.SeedOf(spec.Id), [], "schedule") : null;

    private static void Demand(string id, AccessAction action) => AccessScope.Current.Demand(action, ResourceId.Job(id));

    // A grain is made by calling it: only jobs that are defined are called.
    private async Task<IJobGrain> StandingAsync(string id) => JobValidator.IsName(id) && await _jobs.Graph.GetAsync(id) is not null ? _jobs.Job(id) : throw Unknown(id);

    private static (JobSpec Spec, List<SpecProblem> Problems) Read(string json)
    {
        try
        {
            using var document = RequestJson.Parse(Encoding.UTF8.GetBytes(json));
            if (JsonNode.Parse(document.RootElement.GetRawText()) is not JsonObject body)
                throw new OperationRefusedException("Invalid JSON", "/", "an object is expected");
            var problems = new List<SpecProblem>();
            return (JobReader.Read(new(body, "", ".", problems), null), problems);
        }
        catch (ApiException failure)
        {
            throw new OperationRefusedException("Invalid JSON", "/", failure.Answer.Detail ?? failure.Answer.Message);
        }
        catch (ArgumentException failure)
        {
            // A name that stands twice in an object.
            throw new OperationRefusedException("Invalid JSON", "/", failure.Message);
        }
    }

    private static OperationRefusedException Unknown(string id) => new($"There is no job '{id}'", "id", "is not defined");

    private static OperationRefusedException Refused(IReadOnlyList<SpecProblem> problems)
    {
        var all = new JsonProblems();
        foreach (var problem in problems)
            all.Rule(problem.Path, problem.Message);
        return new(ErrorAnswer.Invalid(all));
    }
}

/// <summary>What a definition of a job means.</summary>
/// <param name="Spec">The definition.</param>
/// <param name="Schedule">Its schedule in words; null: it has none that counts.</param>
/// <param name="Due">Its next due times, in order.</param>
public sealed record JobPreview(JobSpec Spec, string? Schedule, IReadOnlyList<DateTimeOffset> Due);
