using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>New values for its secrets while it runs.</content>
internal sealed partial class AgentTask
{
    private readonly Lock _renewing = new();

    /// <summary>Takes new values: its files first, then its signal, then the note of them, then the word that it has them. An agent that dies in between does it again.</summary>
    public async Task RenewSecretsAsync(SecretRenewal renewal)
    {
        try
        {
            if (await FindRunningAsync(_services.Stopping).ConfigureAwait(false) is not { } container)
                return;
            lock (_renewing)
            {
                if (Status.SecretsAsOf is not { } has || has >= renewal.AsOf || Status.State.IsTerminal())
                    return;
                var (before, after) = (Spec, TaskSecrets.With(Spec, renewal));
                if (!ReferenceEquals(before, after))
                {
                    var user = after.Image is null ? TaskOwner.Of(after, _services.Work, null) : null;
                    for (var i = 0; i < after.Volumes.Count; i++)
                    {
                        if (after.Volumes[i].Secret is { } secret && before.Volumes[i] != after.Volumes[i])
                            TaskSandbox.RenewSecretFile(after.Volumes[i], secret, after, _services.Work, user);
                    }
                    if (renewal.Signal > 0)
                        container.Signal(renewal.Signal);
                    TaskSecrets.Save(after, _services.Work);
                    _record = _record with { Spec = after };
                    _services.Logger.LogInformation("Task {TaskId} has new values of its secrets", Spec.TaskId);
                }
                Publish(update => update with { SecretsAsOf = renewal.AsOf });
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops; it is told again.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Logger.LogWarning("The new values of secrets of {TaskId} cannot be written, it has the old ones until it is told again: {Reason}", renewal.TaskId, e.Message);
        }
    }
}
