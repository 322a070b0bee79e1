using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Platform.Grains.Ownership;

namespace Platform.Grains.Apps;

/// <summary>Sees to it that the tasks of an app that asks for it are given new values of their secrets: each is told until its agent says that it has them.</summary>
/// <remarks>Nothing of it is stored but the number of the last change: what a task has is in its status.</remarks>
internal sealed class AppSecrets(string appId, AppStore store, AppTemplates templates, IGrainFactory grains, TimeProvider time, ILogger logger)
{
    // An agent that is away tells what its tasks have when it dials in; one that could not write a file is asked again.
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (long AsOf, DateTimeOffset At)> _told = new(StringComparer.Ordinal);

    /// <summary>A task is launched with the values of now: those of a definition that does not ask for later ones are not counted.</summary>
    public static bool Counts(AppSpec spec) => !spec.Secrets.IsEmpty && SecretUse.OnChange(spec) == SecretChange.Signal;

    /// <summary>True if a report shows a task whose values are older than the last change.</summary>
    public bool IsBehind(InstanceState instance) => store.State.SecretsAsOf > 0 && SecretUse.Behind(instance, store.State.SecretsAsOf).Any();

    /// <summary>Stages what is to be told now, and when to look again.</summary>
    public void Stage(OwnershipEngine<InstanceState, AppTarget> engine, DateTimeOffset now)
    {
        var asOf = store.State.SecretsAsOf;
        if (asOf == 0)
            return;
        var due = new List<InstanceState>();
        var behind = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in engine.Tasks.States)
        {
            if (!SecretUse.Behind(instance, asOf).Any())
                continue;
            behind.Add(instance.InstanceId);
            if (_told.TryGetValue(instance.InstanceId, out var told) && told.AsOf == asOf && now < told.At + AgainAfter)
            {
                engine.LookAgain(told.At + AgainAfter);
                continue;
            }
            _told[instance.InstanceId] = (asOf, now);
            engine.LookAgain(now + AgainAfter);
            due.Add(instance);
        }
        foreach (var gone in _told.Keys.Where(id => !behind.Contains(id)).ToList())
            _told.Remove(gone);
        if (due.Count > 0)
            engine.Then(() => TellAsync(due, asOf).Ignore());
    }

    private async Task TellAsync(List<InstanceState> instances, long asOf)
    {
        try
        {
            var renewals = new List<(string AgentId, SecretRenewal Renewal)>();
            foreach (var instance in instances)
            {
                if (store.TargetWith(instance.ConfigVersion) is not { } target || !Counts(target.Spec))
                    continue;
                var build = (await templates.FindAsync(target)).Build(instance, []);
                if (build.Problem is { } problem)
                {
                    logger.SecretsNotRenewed(appId, instance.InstanceId, problem);
                    continue;
                }
                var behind = SecretUse.Behind(instance, asOf).ToHashSet(StringComparer.Ordinal);
                var signal = SignalNames.Find(target.Spec.Extension!.SecretChange!.Signal) ?? 0;
                renewals.AddRange(build.Tasks.Where(task => behind.Contains(task.TaskId)).Select(task => (instance.AgentId, Renewal(task, asOf, signal))));
            }
            foreach (var agent in renewals.GroupBy(renewal => renewal.AgentId))
            {
                logger.RenewsSecrets(appId, agent.Count(), agent.Key);
                await grains.GetGrain<IAgentGrain>(agent.Key).RenewSecretsAsync(agent.Select(renewal => renewal.Renewal).ToValueList(), new OwnerTerm(TaskOwners.OfApp(appId), store.Term));
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It is looked at again as long as a task is behind.
            logger.SecretsNotTold(failure, appId, time.GetUtcNow() + AgainAfter);
        }
    }

    private static SecretRenewal Renewal(TaskSpec task, long asOf, int signal) => new()
    {
        TaskId = task.TaskId,
        AsOf = asOf,
        Environment = task.SecretEnvironment,
        Files = task.Volumes.Where(volume => volume.Secret is not null).Select(volume => KeyValuePair.Create(volume.ContainerPath, volume.Secret!)).ToValueMap(),
        Signal = signal,
    };
}
