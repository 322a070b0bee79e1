using Platform.Agent.Containerizers;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>What the image of a task is: told as soon as it is known, and from then on what the task runs, also in a later run of the agent.</content>
internal sealed partial class AgentTask
{
    private Task _finding = Task.CompletedTask;

    /// <summary>Begins to find out what its image is, while it waits for others.</summary>
    public void FindImage()
    {
        if (Spec.Image is { Digest: null } && Status.Image is null && _services.Containerizers.Find(Spec) is { } containerizer)
            _finding = FindImageAsync(containerizer);
    }

    private async Task FindImageAsync(IContainerizer containerizer)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopPreparing.Token, _services.Stopping);
        try
        {
            if (await containerizer.FindImageAsync(Spec, waiting.Token).ConfigureAwait(false) is { } image)
                Publish(update => update with { Image = image });
        }
        catch (Exception e) when (e is OperationCanceledException or TaskStartException)
        {
            // It is found out, and told, when the image is brought.
        }
    }

    private void FoundImage(string image)
    {
        if (Status is var status && status.Image != image)
            Publish(update => update with { State = TaskState.Starting, Message = status.Message, Image = image });
    }

    private async Task<ContainerRequest> PinAsync(ContainerRequest request)
    {
        await _finding.ConfigureAwait(false);
        return request.Spec.Image is { } image && image.PinnedTo(Status.Image) is var pinned && pinned != image
            ? request with { Spec = request.Spec with { Image = pinned } }
            : request;
    }
}
