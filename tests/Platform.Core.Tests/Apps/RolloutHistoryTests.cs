using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Deployments;

namespace Platform.Core.Tests.Apps;

/// <summary>
/// Any mixture of new versions, scaling, going back, pauses, promotions, kills, drains, lost agents, bad health and crashes of the control plane: no
/// decision may take the app below its minimum or above its maximum, and in the end it is what was asked for.
/// </summary>
public class RolloutHistoryTests
{
    // The same histories in every run: with the numbers taken away it looks for others.
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(120).WithReplay(20_260_101, 31);

    public static TheoryData<RolloutKind> Kinds => [.. Enum.GetValues<RolloutKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_decision_takes_an_app_below_its_minimum_or_above_its_maximum(RolloutKind kind) => Prop.ForAll<int[]>(events =>
    {
        var history = new RolloutHistory(kind, events);
        history.Play();
    }).Check(Config);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_rollout_ends_with_what_was_asked_for_last(RolloutKind kind) => Prop.ForAll<int[]>(events =>
    {
        var history = new RolloutHistory(kind, events);
        history.Play();
        history.Calm();
        var app = history.App;
        app.Order.ShouldBeNull();
        app.Ends[^1].Failure.ShouldBeNull();
        app.Active.Count().ShouldBe(app.Target!.Spec.Instances);
        app.Active.ShouldAllBe(instance => instance.ConfigVersion == app.Target.ConfigVersion && instance.Counts && instance.EvictReason == null);
    }).Check(Config);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_rollout_that_comes_no_further_fails_and_says_why_and_the_way_back_keeps_the_minimum(RolloutKind kind) => Prop.ForAll<int[]>(events =>
    {
        var history = new RolloutHistory(kind, events, new() { ProgressDeadlineSeconds = 30, FailureBudget = 2 });
        history.Play();
        var app = history.App;
        if (app.Order is null)
            return;
        history.Resume();
        // Whatever happens, nothing new comes up any more.
        for (var i = 0; i < 50 && app.Order is not null && !history.AwaitsPerson; i++)
        {
            app.Now = app.Now.AddSeconds(10);
            app.Decide();
        }
        if (app.Order is not null)
        {
            history.AwaitsPerson.ShouldBeTrue();
            return;
        }
        if (app.Ends[^1].Failure is not { } failure)
            return;
        failure.ShouldNotBeEmpty();
        if (app.Previous is not { } previous)
            return;
        // The gate goes back by itself.
        var healthy = app.Active.Count(instance => instance.ConfigVersion == previous.ConfigVersion && instance.IsHealthy);
        app.Execute(DeploymentActionKind.Restart, previous);
        app.Active.Count(instance => instance.ConfigVersion == previous.ConfigVersion && instance.IsHealthy)
            .ShouldBe(Math.Min(healthy, Math.Max(previous.Spec.Instances, 0)));
        history.Calm();
        app.Ends[^1].Failure.ShouldBeNull();
        app.Active.ShouldAllBe(instance => instance.ConfigVersion == previous.ConfigVersion);
        app.Active.Count().ShouldBe(previous.Spec.Instances);
    }).Check(Config);
}
