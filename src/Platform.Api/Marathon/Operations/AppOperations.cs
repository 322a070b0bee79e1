using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Pods;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Operations;

/// <summary>What an operator does with apps and pods, for surfaces in the same process: what <c>/v2/apps</c> and <c>/v2/pods</c> do, with the same checks.</summary>
public sealed class AppOperations(IGrainFactory grains, TimeProvider time, IOptions<MarathonOptions> options)
{
    private static readonly JsonWriterOptions Indented = JsonAnswer.Options with { Indented = true };

    private readonly MarathonApi _api = new(grains, time, options.Value);

    /// <summary>Makes the app or pod of a definition, or gives it this definition as a whole.</summary>
    /// <param name="json">The definition; one with <c>containers</c> is a pod.</param>
    /// <param name="force">Take the place of deployments that are in the way.</param>
    /// <param name="isNew">Refuse if it exists.</param>
    /// <exception cref="OperationRefusedException">It is not valid, or not possible now.</exception>
    public Task<ChangeResult> PutAsync(string json, bool force, bool isNew) =>
        RefusingAsync(async () => await _api.Writer.ChangeAsync(async () => await MakeAsync(json, force, isNew)));

    /// <summary>What putting the definition would do, as the JSON of <c>?dryRun=true</c>. Changes nothing.</summary>
    /// <exception cref="OperationRefusedException">It is not valid, or not possible now.</exception>
    public Task<string> PlanAsync(string json, bool force, bool isNew) =>
        RefusingAsync(async () => Text(await DryRuns.PlanAsync(_api, await MakeAsync(json, force, isNew))));

    /// <summary>Changes the number of instances.</summary>
    /// <exception cref="OperationRefusedException">It is not possible now.</exception>
    public Task<ChangeResult> ScaleAsync(string id, int instances, bool force) => RefusingAsync(() => _api.Writer.ChangeAsync(async () =>
    {
        var standing = await StandingAsync(id);
        if (instances < 0)
            throw new ApiException(ErrorAnswer.Invalid("/instances", "must be 0 or more"));
        var change = new AppChange
        {
            AppId = id,
            Kind = AppChangeKind.Put,
            Spec = standing.Spec with { Instances = instances },
            ExpectedVersion = standing.Version,
            IsPod = standing.Spec.Pod is not null,
        };
        return new() { Apps = [change], Force = force };
    }));

    /// <summary>Replaces all instances under the same definition.</summary>
    /// <exception cref="OperationRefusedException">It is not possible now.</exception>
    public Task<ChangeResult> RestartAsync(string id, bool force) => SimpleAsync(id, AppChangeKind.Restart, force);

    /// <summary>Removes it with all its instances.</summary>
    /// <exception cref="OperationRefusedException">It is not possible now.</exception>
    public Task<ChangeResult> RemoveAsync(string id, bool force) => SimpleAsync(id, AppChangeKind.Remove, force);

    /// <summary>Goes back to the definition of an older version.</summary>
    /// <exception cref="OperationRefusedException">That version is not kept, or it is not possible now.</exception>
    public Task<ChangeResult> RollBackAsync(string id, string version, bool force) => RefusingAsync(() => _api.Writer.ChangeAsync(async () =>
    {
        var standing = await StandingAsync(id);
        var older = await _api.Reader.App(id).GetVersionAsync(version)
            ?? throw new ApiException(ErrorAnswer.NotFound($"Version {version} of {id} is not kept any more."));
        var change = new AppChange { AppId = id, Kind = AppChangeKind.Put, Spec = older.Spec, ExpectedVersion = standing.Version, IsPod = older.Spec.Pod is not null };
        return new() { Apps = [change], Force = force };
    }));

    /// <summary>Stops a deployment, by one that leads back to where it began or, with force, where it is.</summary>
    /// <exception cref="OperationRefusedException">It has ended, or the way back is not possible.</exception>
    public Task<ChangeResult> CancelDeploymentAsync(string id, bool force) => RefusingAsync(async () =>
    {
        Deployments.DeploymentsEndpoints.Demand(AccessScope.Current, await grains.GetGrain<IDeploymentGrain>(id).GetStatusAsync());
        return await _api.Reader.Groups.CancelAsync(id, force) switch
        {
            null => throw new ApiException(MarathonErrors.UnknownDeployment(id)),
            { Outcome: ChangeOutcome.Accepted } result => result,
            var result => throw new ApiException(ErrorAnswer.Conflict($"The way back is not possible: {string.Join("; ", (IEnumerable<string>)result.Problems)}")),
        };
    });

    /// <summary>The definition as JSON, indented, as it can be put again.</summary>
    public static string JsonOf(AppVersion definition) => Text(writer =>
    {
        writer.WriteStartObject();
        DefinitionWriter.WriteMembers(writer, definition.Spec);
        writer.WriteEndObject();
    });

    private Task<ChangeResult> SimpleAsync(string id, AppChangeKind kind, bool force) => RefusingAsync(async () =>
    {
        var standing = await StandingAsync(id);
        return await _api.Writer.ChangeAsync(new ChangeSet { Apps = [new() { AppId = id, Kind = kind, IsPod = standing.Spec.Pod is not null }], Force = force });
    });

    private async Task<AppVersion> StandingAsync(string id) => await _api.Reader.FindAnyAsync(id) ?? throw new ApiException(MarathonErrors.UnknownApp(id));

    private async Task<ChangeSet> MakeAsync(string json, bool force, bool isNew)
    {
        using var document = Parse(json);
        var body = document.RootElement;
        var problems = new JsonProblems();
        var around = await _api.SurroundingsAsync(body);
        var standing = isNew || AppChanges.IdOf(body) is not { } id ? null : await _api.Reader.FindAnyAsync(id);
        var isPod = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("containers", out _);
        var change = isPod ? PodChanges.Put(body, standing, around, problems)
            : standing is null ? AppChanges.Create(body, "", null, around, problems)
            : AppChanges.Replace(body, "", standing, around, problems);
        return problems.Any || change is null ? throw new ApiException(ErrorAnswer.Invalid(problems)) : new() { Apps = [change], Force = force };
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException problem)
        {
            throw new ApiException(ErrorAnswer.Invalid("/", $"line {problem.LineNumber + 1}: {problem.Message.Split(" LineNumber:")[0]}"));
        }
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static async Task<T> RefusingAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (ApiException refused)
        {
            throw new OperationRefusedException(refused.Answer, refused);
        }
    }
}
