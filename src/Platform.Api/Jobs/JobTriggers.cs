using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Api.Jobs;

/// <summary>What makes runs besides a schedule: what somebody sends, and windows of the past.</summary>
internal sealed class JobTriggers(JobGateway jobs)
{
    private const int LongestKey = 256;

    internal async Task<IResult> DispatchAsync(HttpContext http, JobStatus job)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > LongestKey)
            return ErrorAnswer.BadRequest($"Idempotency-Key is longer than {LongestKey} characters");
        if (await ReadPayloadAsync(http) is not { } payload)
            return new ErrorAnswer(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {JobModel.LongestPayload} bytes.");
        if (payload.Contains('\0', StringComparison.Ordinal))
            return ErrorAnswer.BadRequest("the body is no text: it has a zero byte, which no variable of an environment can have");
        return await jobs.Job(job.Spec.Id).DispatchAsync(key.Length > 0 ? key : null, payload) is { } run
            ? JobRequests.Answer(JobWriter.Run(run), StatusCodes.Status201Created)
            : ErrorAnswer.Conflict($"a run of '{job.Spec.Id}' goes on, and its concurrency is forbid");
    }

    internal async Task<IResult> BackfillAsync(HttpContext http, JobStatus job)
    {
        var problems = new List<SpecProblem>();
        var fields = new JsonFields(await JobRequests.ReadObjectAsync(http) ?? [], "", ".", problems);
        var (from, until, parallelism) = (Required(fields, "from"), Required(fields, "until"), fields.Integer("parallelism") ?? 1);
        fields.RefuseOthers();
        if (problems.Count > 0)
            return JobRequests.Invalid(problems);
        var result = await jobs.Job(job.Spec.Id).BackfillAsync(from, until, parallelism);
        return result.Backfill is { } backfill ? JobRequests.Answer(JobWriter.Backfill(backfill), StatusCodes.Status201Created)
            : result.Problems.IsEmpty ? ErrorAnswer.NotFound($"there is no job '{job.Spec.Id}'")
            : JobRequests.Invalid([.. result.Problems]);
    }

    internal async Task<IResult> ListBackfillsAsync(JobStatus job) =>
        JobRequests.Answer(new JsonObject { ["backfills"] = new JsonArray([.. (await jobs.Job(job.Spec.Id).GetBackfillsAsync()).Select(JobWriter.Backfill)]) });

    internal async Task<IResult> StopBackfillAsync(HttpContext http, JobStatus job)
    {
        var text = (string)http.Request.RouteValues["number"]!;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && await jobs.Job(job.Spec.Id).StopBackfillAsync(number)
            ? await ListBackfillsAsync(job)
            : ErrorAnswer.NotFound($"no backfill {text} of '{job.Spec.Id}' goes on");
    }

    private static DateTimeOffset Required(JsonFields fields, string name)
    {
        if (!fields.Has(name))
            fields.Refuse(name, "is missing");
        return fields.Instant(name) ?? default;
    }

    // Null: it is too long.
    private static async Task<string?> ReadPayloadAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > JobModel.LongestPayload)
                return null;
            buffer.Write(chunk, 0, read);
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
