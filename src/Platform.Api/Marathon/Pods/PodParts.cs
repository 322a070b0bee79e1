using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Pods;

/// <summary>What is told of pods: definition, status, versions, what waits, how instances ended.</summary>
internal sealed class PodParts(MarathonApi api)
{
    public async Task<IResult> ShowAsync(string id) =>
        await api.Reader.FindPodDefinitionAsync(id) is { } pod
            ? new JsonAnswer(writer => PodWriter.Write(writer, pod))
            : ErrorAnswer.NotFound($"pod with {id} does not exist");

    public async Task<IResult> ShowStatusAsync(string id) =>
        await api.Pods.FindAsync(id) is { } pod
            ? new JsonAnswer(writer => api.PodStatus.Write(writer, pod))
            : MarathonErrors.UnknownPod(id);

    public async Task<IResult> ListStatusesAsync(ApiRequest request)
    {
        var page = Page.From(request.Query);
        var pods = await api.Pods.ListAsync(AppPath.Root, withRemoved: true);
        var shown = page.Of(pods, pod => pod.Pod.Definition.Spec.Id);
        return ListAnswer.Of(null, shown.Count, page.HeadersFor(pods.Count, shown.Count == 0 ? null : shown[^1].Pod.Definition.Spec.Id), FieldSelection.From(request.Query),
            (writer, i) => api.PodStatus.Write(writer, shown[i]));
    }

    public async Task<IResult> ListVersionsAsync(string id)
    {
        if (await api.Reader.FindPodDefinitionAsync(id) is not { } present)
            return MarathonErrors.UnknownPod(id);
        // The version that was accepted last may not have come to the pod yet.
        var versions = (await api.Reader.App(id).GetVersionsAsync()).Append(present.Version)
            .Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).ToList();
        return ListAnswer.Of(null, versions.Count, null, null, (writer, i) => writer.WriteStringValue(versions[i]));
    }

    public async Task<IResult> ShowVersionAsync(string id, string text)
    {
        if (Timestamps.Normalize(text) is not { } version)
            return Timestamps.Refuse(text);
        if (await api.Reader.FindPodDefinitionAsync(id) is not { } present)
            return MarathonErrors.UnknownPod(id);
        var definition = present.Version == version ? present : await api.Reader.App(id).GetVersionAsync(version);
        return definition is { Spec.Pod: not null } ? new JsonAnswer(writer => PodWriter.Write(writer, definition)) : MarathonErrors.UnknownPod(id);
    }

    public async Task<IResult> ShowPendingAsync(string id) =>
        await api.Pods.FindAsync(id) is { } pod ? PendingEndpoints.Answer("pod", pod.Pod) : MarathonErrors.UnknownPod(id);

    public async Task<IResult> ListFailuresAsync(ApiRequest request, string id) =>
        await api.Pods.FindAsync(id) is { } pod ? FailuresEndpoints.Answer(request, pod.Pod) : MarathonErrors.UnknownPod(id);

    public async Task<IResult> PromoteAsync(ApiRequest request, string id)
    {
        if (await api.Pods.FindAsync(id) is not { IsTerminating: false } pod)
            return MarathonErrors.UnknownPod(id);
        return RolloutEndpoints.Answer("pod", pod.Pod, await api.Reader.App(id).PromoteAsync(request.Query.Flag("force")));
    }
}
