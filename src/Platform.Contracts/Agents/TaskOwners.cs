using Platform.Contracts.Apps;

namespace Platform.Contracts.Agents;

/// <summary>Finds the grain that owns a task.</summary>
public static class TaskOwners
{
    private const string AppPrefix = "app:";

    /// <summary>The owner text of an app.</summary>
    public static string OfApp(string appId) => AppPrefix + appId;

    /// <summary>The grain behind an owner text; null if no kind of owner has that prefix.</summary>
    public static ITaskOwnerGrain? Find(IGrainFactory grains, string owner) =>
        owner.StartsWith(AppPrefix, StringComparison.Ordinal) ? grains.GetGrain<IAppGrain>(owner[AppPrefix.Length..]) : null;
}
