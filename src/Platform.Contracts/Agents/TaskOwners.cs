using Platform.Contracts.Apps;

namespace Platform.Contracts.Agents;

/// <summary>Finds the grain that owns a task.</summary>
public static class TaskOwners
{
    private const string AppPrefix = "app:";

    /// <summary>The owner text of an app.</summary>
    public static string OfApp(string appId) => AppPrefix + appId;

    /// <summary>The app behind an owner text; null if the owner is no app.</summary>
    public static string? AppOf(string owner) => owner.StartsWith(AppPrefix, StringComparison.Ordinal) ? owner[AppPrefix.Length..] : null;

    /// <summary>The grain behind an owner text; null if no kind of owner has that prefix.</summary>
    public static ITaskOwnerGrain? Find(IGrainFactory grains, string owner) =>
        owner.StartsWith(AppPrefix, StringComparison.Ordinal) ? grains.GetGrain<IAppGrain>(owner[AppPrefix.Length..]) : null;
}
