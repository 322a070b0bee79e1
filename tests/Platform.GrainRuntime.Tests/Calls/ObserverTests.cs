using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Platform.GrainRuntime.Tests.Calls;

public interface IListener : IGrainObserver
{
    void Heard(string text);

    Task<int> CountAsync(string text);

    [OneWay]
    Task HeardOneWayAsync(string text);
}

internal sealed class Listener : IListener
{
    public Channel<string> Texts { get; } = Channel.CreateUnbounded<string>();

    public void Heard(string text) => Texts.Writer.TryWrite(text);

    public Task<int> CountAsync(string text) => Task.FromResult(text.Length);

    public Task HeardOneWayAsync(string text)
    {
        Heard(text);
        return Task.CompletedTask;
    }
}

public interface ISpeakerGrain : IGrainWithStringKey
{
    Task SubscribeAsync(IListener listener);

    Task SayAsync(string text);

    Task<int> AskAsync(string text);
}

public sealed class SpeakerGrain : Grain, ISpeakerGrain
{
    private IListener? _listener;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        DelayDeactivation(TimeSpan.MaxValue);
        return Task.CompletedTask;
    }

    public Task SubscribeAsync(IListener listener)
    {
        _listener = listener;
        return Task.CompletedTask;
    }

    public Task SayAsync(string text)
    {
        _listener!.Heard(text);
        return _listener.HeardOneWayAsync(text + "!");
    }

    public Task<int> AskAsync(string text) => _listener!.CountAsync(text);
}

public sealed class ObserverTests
{
    [Fact]
    public async Task A_grain_calls_an_object_of_the_process_through_its_reference()
    {
        await using var host = await TestHost.StartAsync();
        var listener = new Listener();
        var reference = host.GrainFactory.CreateObjectReference<IListener>(listener);
        var speaker = host.GetGrain<ISpeakerGrain>("a");
        await speaker.SubscribeAsync(reference);
        await speaker.SayAsync("hello");
        (await listener.Texts.Reader.ReadAsync()).ShouldBe("hello");
        (await listener.Texts.Reader.ReadAsync()).ShouldBe("hello!");
        (await speaker.AskAsync("four")).ShouldBe(4);
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task A_deleted_observer_cannot_be_called()
    {
        await using var host = await TestHost.StartAsync();
        var listener = new Listener();
        var reference = host.GrainFactory.CreateObjectReference<IListener>(listener);
        var speaker = host.GetGrain<ISpeakerGrain>("a");
        await speaker.SubscribeAsync(reference);
        host.GrainFactory.DeleteObjectReference<IListener>(reference);
        await Should.ThrowAsync<ClientNotAvailableException>(() => speaker.AskAsync("x"));
        await speaker.SayAsync("nobody hears this, and nobody minds");
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task An_observer_that_nobody_keeps_alive_goes_away()
    {
        await using var host = await TestHost.StartAsync();
        var speaker = host.GetGrain<ISpeakerGrain>("a");
        await SubscribeAndForgetAsync(host.GrainFactory, speaker);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        await Should.ThrowAsync<ClientNotAvailableException>(() => speaker.AskAsync("x"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task SubscribeAndForgetAsync(IGrainFactory factory, ISpeakerGrain speaker) =>
        speaker.SubscribeAsync(factory.CreateObjectReference<IListener>(new Listener()));
}
