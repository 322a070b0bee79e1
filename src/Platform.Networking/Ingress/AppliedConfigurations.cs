using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Platform.Networking.Ingress;

/// <summary>Knows which configurations YARP has taken over: only then requests go by them.</summary>
internal sealed partial class AppliedConfigurations(ILogger<AppliedConfigurations> logger) : IConfigChangeListener
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);

    /// <summary>Ends when the configuration of that revision is in use, or was refused.</summary>
    internal Task Expect(string revision) => _awaited.GetOrAdd(revision, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => LogRefused(exception);

    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception)
    {
        LogRefused(exception);
        ConfigurationApplied(proxyConfigs);
    }

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        foreach (var config in proxyConfigs)
        {
            if (_awaited.TryRemove(config.RevisionId, out var awaited))
                awaited.TrySetResult();
        }
    }

    [LoggerMessage(LogLevel.Error, "A configuration of the ingress could not be applied; the one before stays")]
    private partial void LogRefused(Exception exception);
}
