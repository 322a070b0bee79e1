using Platform.Client.Events;

namespace Platform.Client.Deployments;

/// <summary>One deployment.</summary>
public sealed class DeploymentHandle
{
    // A deployment that is not listed any more has its end in the event log, unless the log has moved on.
    private static readonly TimeSpan ReplayLimit = TimeSpan.FromSeconds(5);

    private readonly PlatformClient client;

    internal DeploymentHandle(PlatformClient client, string id, string? version)
    {
        this.client = client;
        Id = id;
        Version = version;
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>The version that it leads to; null: not known here.</summary>
    public string? Version { get; }

    /// <summary>What the control plane remarked on the change that started it, such as a member of a definition that it does not know.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>How it stands; null: it has ended, or there never was one with this id.</summary>
    public async Task<Deployment?> GetAsync(CancellationToken cancellationToken = default)
    {
        var running = await client.Deployments.ListAsync(cancellationToken).ConfigureAwait(false);
        return running.FirstOrDefault(deployment => deployment.Id == Id);
    }

    /// <summary>Undoes it by a new deployment, which is returned.</summary>
    public async Task<DeploymentHandle> RollbackAsync(CancellationToken cancellationToken = default) =>
        (await client.CancelAsync(Id, force: false, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Stops it where it is; what runs is kept.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => client.CancelAsync(Id, force: true, cancellationToken);

    /// <summary>Waits for its end, also across restarts of the control plane. Woken by events, not by polling.</summary>
    public async Task<DeploymentOutcome> WaitAsync(CancellationToken cancellationToken = default)
    {
        long after = 0;
        for (var attempt = 0; ; attempt++)
        {
            using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, client.Time);
            using var replay = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                var options = new EventOptions { Types = ["deployment_success", "deployment_failed"], After = after, Opened = LimitReplayOfEndedAsync };
                await foreach (var one in client.Events.FollowAsync(options, replay.Token).ConfigureAwait(false))
                {
                    attempt = 0;
                    after = one.Sequence ?? after;
                    if (!one.Content.TryGetProperty("id", out var id) || id.GetString() != Id)
                        continue;
                    var reason = one.Content.TryGetProperty("reason", out var why) ? why.ToString() : null;
                    return new DeploymentOutcome(one.Type == "deployment_success", reason);
                }
            }
            catch (PlatformException exception) when (exception.Error == PlatformError.Unavailable)
            {
                // It is restarting: the deployment goes on where it was, and so does this wait.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2000, 100 << Math.Min(attempt, 5))), client.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new DeploymentOutcome(null, null);
            }

            async Task LimitReplayOfEndedAsync()
            {
                if (await GetAsync(cancellationToken).ConfigureAwait(false) is null)
                    limit.CancelAfter(ReplayLimit);
            }
        }
    }
}
