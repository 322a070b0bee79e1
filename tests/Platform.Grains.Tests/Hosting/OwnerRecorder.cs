using System.Threading.Channels;
using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Core.Collections;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Stands in the place of all apps: keeps what they are told, and lets nothing through.</summary>
internal sealed class OwnerRecorder : IIncomingGrainCallFilter
{
    private readonly Channel<(string AppId, string Method, object? First, object? Second)> _calls = Channel.CreateUnbounded<(string, string, object?, object?)>();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType != typeof(IAppGrain) && context.InterfaceMethod.DeclaringType != typeof(ITaskOwnerGrain))
        {
            await context.Invoke();
            return;
        }
        var request = context.Request;
        var arguments = Enumerable.Range(0, request.GetArgumentCount()).Select(request.GetArgument).ToArray();
        var appId = context.TargetId.Key.ToString()!;
        // Told together is told all the same.
        if (arguments.ElementAtOrDefault(0) is ValueList<AgentTasks> agents)
        {
            foreach (var tasks in agents)
                _calls.Writer.TryWrite((appId, nameof(ITaskOwnerGrain.AgentChangedAsync), tasks, null));
        }
        else
        {
            _calls.Writer.TryWrite((appId, context.MethodName, arguments.ElementAtOrDefault(0), arguments.ElementAtOrDefault(1)));
        }

        // In place of what the method would have given.
        context.Result = null;
    }

    /// <summary>The next call of this method with an argument of this type that fits; others before it are passed over.</summary>
    public async Task<(string AppId, T Argument, object? Second)> NextAsync<T>(
        string method, Func<string, T, bool>? fits = null, CancellationToken cancellation = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var (appId, called, first, second) = await _calls.Reader.ReadAsync(timeout.Token);
            if (called == method && first is T argument && (fits is null || fits(appId, argument)))
                return (appId, argument, second);
        }
    }
}
