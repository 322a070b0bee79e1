using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Pods;

/// <summary>Kills instances of a pod; they are replaced.</summary>
internal sealed partial class PodInstances(MarathonApi api)
{
    private const string Pattern = @"^(.+)\.(instance-|marathon-)([^\.]+)$";

    [GeneratedRegex(Pattern)]
    private static partial Regex InstanceId { get; }

    /// <summary>Those that the body names.</summary>
    public async Task<IResult> KillManyAsync(ApiRequest request, string id)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        if (body.RootElement.ValueKind != System.Text.Json.JsonValueKind.Array)
        {
            problems.Shape("", "error.expected.jsarray", "an array of ids of instances");
            return ErrorAnswer.Invalid(problems);
        }
        var index = 0;
        foreach (var item in body.RootElement.EnumerateArray())
        {
            var at = $"({index++})";
            if (JsonObjectReader.TextOf(item, at, problems) is { } instance && Check(instance, at, problems))
                wanted.Add(instance);
        }
        if (problems.Any)
            return ErrorAnswer.Invalid(problems);
        if (await KillAsync(request, id, wanted) is not { } killed)
            return UnknownPath(id);
        return ListAnswer.Of(null, killed.Instances.Count, null, null, (writer, i) => PodInstanceWriter.Write(writer, killed.Instances[i], killed.Unreachable));
    }

    /// <summary>The one that the address names.</summary>
    public async Task<IResult> KillOneAsync(ApiRequest request, string id, string instance)
    {
        var problems = new JsonProblems();
        if (!Check(instance, "", problems))
            return ErrorAnswer.Invalid(problems);
        if (await KillAsync(request, id, [instance]) is not { } killed)
            return UnknownPath(id);
        return killed.Instances.IsEmpty
            ? MarathonErrors.UnknownTask(instance)
            : new JsonAnswer(writer => PodInstanceWriter.Write(writer, killed.Instances[0], killed.Unreachable));
    }

    private async Task<KilledInstances?> KillAsync(ApiRequest request, string id, HashSet<string> wanted)
    {
        if (await api.Pods.FindAsync(id) is not { } pod)
            return null;
        var places = (pod.Pod.Status?.Instances ?? default).Where(instance => wanted.Contains(instance.InstanceId)).Select(instance => instance.TaskId).ToValueList();
        // An empty list would mean all.
        var killed = places.IsEmpty ? default : await api.Reader.App(id).KillAsync(places, request.Query.Flag("wipe"));
        return new(killed, pod.Pod.Definition.Spec.UnreachableStrategy);
    }

    private static bool Check(string instance, string at, JsonProblems problems)
    {
        if (InstanceId.IsMatch(instance))
            return true;
        problems.Rule(at, $"must fully match regular expression '{Pattern}'");
        return false;
    }

    private sealed record KilledInstances(ValueList<InstanceStatus> Instances, UnreachableStrategy? Unreachable);

    private static ErrorAnswer UnknownPath(string id) => ErrorAnswer.NotFound($"Path '{id}' does not exist");
}
