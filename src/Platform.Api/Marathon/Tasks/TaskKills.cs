using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Tasks;

/// <summary>Kills tasks, with or without a replacement.</summary>
internal sealed class TaskKills(MarathonApi api)
{
    /// <summary>Kills tasks of an app; they are replaced. Those that were found are returned.</summary>
    public async Task<IReadOnlyList<InstanceStatus>> KillAsync(string appId, IEnumerable<string> taskIds, bool wipe) =>
        await api.Reader.App(appId).KillAsync(taskIds.ToValueList(), wipe);

    /// <summary>Kills tasks of apps by lowering the number of their instances.</summary>
    public Task<ChangeResult> ScaleAsync(IReadOnlyList<(AppVersion App, List<InstanceStatus> Tasks)> kills, KillOptions options) =>
        api.Writer.ChangeAsync(async () =>
        {
            var changes = new List<AppChange>();
            foreach (var (app, tasks) in kills)
            {
                // Read anew at each attempt: the number may have changed since.
                var present = await api.Reader.FindDefinitionAsync(app.Spec.Id) ?? app;
                var wanted = (await api.Reader.App(app.Spec.Id).ReadAsync())?.Autoscaled?.Instances ?? present.Spec.Instances;
                var living = tasks.Count(t => !t.State.IsTerminal() && !t.Doomed && t.State != TaskState.Killing);
                changes.Add(new()
                {
                    AppId = app.Spec.Id,
                    Kind = AppChangeKind.Put,
                    Spec = present.Spec with { Instances = Math.Max(0, wanted - living) },
                    ExpectedVersion = present.Version,
                    KillFirst = tasks.Select(t => t.TaskId).ToValueList(),
                });
            }
            return new() { Apps = changes.ToValueList(), Force = options.Force };
        });
}
