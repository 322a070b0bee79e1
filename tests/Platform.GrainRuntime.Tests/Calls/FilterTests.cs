using Microsoft.Extensions.DependencyInjection;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Calls;

public sealed class FilterTests
{
    private readonly Stage _stage = new();

    [Fact]
    public async Task Incoming_filters_surround_the_method_in_their_order()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, services: services => services
            .AddSingleton<IIncomingGrainCallFilter>(new Recorder(_stage, "outer"))
            .AddSingleton<IIncomingGrainCallFilter>(new Recorder(_stage, "inner")));
        (await host.GetGrain<IEchoGrain>("a").AddAsync(1, 2)).ShouldBe(3);
        _stage.Events.ShouldBe(["outer before AddAsync(1, 2) of echo/a", "inner before AddAsync(1, 2) of echo/a", "inner after 3", "outer after 3"]);
    }

    [Fact]
    public async Task Outgoing_filters_run_in_the_caller_and_may_change_arguments_and_result()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, services: services => services
            .AddSingleton<IOutgoingGrainCallFilter>(new Doubler()));

        // (1 * 2 + 2) * 2
        (await host.GetGrain<IEchoGrain>("a").AddAsync(1, 2)).ShouldBe(8);
    }

    [Fact]
    public async Task A_filter_sees_the_methods_exception_and_the_caller_gets_the_filters()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, services: services => services
            .AddSingleton<IIncomingGrainCallFilter>(new Translator()));
        await Should.ThrowAsync<NotSupportedException>(async () => await host.GetGrain<IEchoGrain>("a").FailAsync("x"));
    }

    [Fact]
    public async Task Request_context_travels_with_calls_and_no_further()
    {
        await using var host = await TestHost.StartAsync(services: services => services
            .AddSingleton<IIncomingGrainCallFilter>(new ContextReader(_stage)));
        var grain = host.GetGrain<IEchoGrain>("a");
        RequestContext.Set("user", "ann");
        await grain.CallOtherAsync(host.GetGrain<IEchoGrain>("b"), 1, 2);
        RequestContext.Clear();
        await grain.NothingAsync();
        _stage.Events.ShouldBe(["echo/a: ann", "echo/b: ann", "echo/a: "]);
    }

    private sealed class Recorder(Stage stage, string name) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            var arguments = string.Join(", ", Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument));
            stage.Events.Enqueue($"{name} before {context.MethodName}({arguments}) of {context.TargetId}");
            await context.Invoke();
            stage.Events.Enqueue($"{name} after {context.Result}");
        }
    }

    private sealed class Doubler : IOutgoingGrainCallFilter
    {
        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            context.Request.SetArgument(0, (int)context.Request.GetArgument(0)! * 2);
            await context.Invoke();
            context.Result = (int)context.Result! * 2;
        }
    }

    private sealed class Translator : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            try
            {
                await context.Invoke();
            }
            catch (FormatException failure)
            {
                throw new NotSupportedException("translated", failure);
            }
        }
    }

    private sealed class ContextReader(Stage stage) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            stage.Events.Enqueue($"{context.TargetId}: {RequestContext.Get("user")}");
            return context.Invoke();
        }
    }
}
