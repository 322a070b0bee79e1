using Platform.Core.Collections;

namespace Platform.Contracts.Apps;

/// <summary>Reads apps of any size.</summary>
public static class AppReading
{
    /// <summary>Everything about an app for readers; null if there is no such app. One of very many instances comes in pages, each as it is when it is read.</summary>
    public static async Task<AppStatus?> ReadAsync(this IAppGrain app)
    {
        var status = await app.GetStatusAsync();
        if (status?.More is null)
            return status;
        var instances = status.Instances.ToList();
        for (var more = status.More; more is not null;)
        {
            var page = await app.GetInstancesAsync(more);
            instances.AddRange(page.Instances);
            more = page.More;
        }
        return status with { Instances = InOrder(instances), More = null };
    }

    /// <summary>The order in which instances are shown: the oldest first.</summary>
    public static ValueList<InstanceStatus> InOrder(IEnumerable<InstanceStatus> instances) =>
        instances.OrderBy(instance => instance.StagedAt).ThenBy(instance => instance.InstanceId, StringComparer.Ordinal).ToValueList();
}
