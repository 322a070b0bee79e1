using System.Collections.Concurrent;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Frameworks;

/// <summary>What a framework is told.</summary>
internal sealed class FrameworkEvents : IFrameworkStream
{
    private readonly TaskCompletionSource<Offer> _offer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<FrameworkUpdate> _updates = new();

    internal FrameworkUpdate? Last { get; private set; }

    internal Task<Offer> OfferAsync() => _offer.Task.WaitAsync(TimeSpan.FromSeconds(30));

    internal async Task<FrameworkUpdate> UpdateAsync()
    {
        FrameworkUpdate? update = null;
        await AppFixture.UntilAsync(() => Task.FromResult(_updates.TryDequeue(out update)), "the framework hears of its task");
        return Last = update!;
    }

    public Task SendAsync(ValueList<FrameworkEvent> events)
    {
        foreach (var told in events)
        {
            foreach (var offer in told.Offers)
                _offer.TrySetResult(offer);
            if (told.Update is { } update)
                _updates.Enqueue(update);
        }
        return Task.CompletedTask;
    }

    public Task CloseAsync(string error) => Task.CompletedTask;
}
