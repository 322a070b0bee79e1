using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

/// <summary>Who a task is, what it may do, and when its token is renewed.</summary>
public sealed class WorkloadTests
{
    private const string Instance = "11111111-2222-3333-4444-555555555555";

    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private readonly SecurityModel _model = new([]);

    [Theory]
    [InlineData("app:/shop/web", "shop_web.instance-" + Instance + "._app.1", "app:/shop/web/" + Instance)]
    [InlineData("app:/shop/web", "shop_web.instance-" + Instance + "._app.7", "app:/shop/web/" + Instance)]
    [InlineData("app:/shop/pod", "shop_pod.instance-" + Instance + ".nginx.1", "app:/shop/pod/" + Instance + "/nginx")]
    [InlineData("job:shop.nightly", "shop.nightly_20261129120000abcde.0.1", "job:shop.nightly/20261129120000abcde.0.1")]
    [InlineData("job:shop_x", "shop_x_20261129120000abcde.3.2", "job:shop_x/20261129120000abcde.3.2")]
    [InlineData("framework:f-0001", "t1.0123456789abcdef0123456789abcdef", "framework:f-0001/t1.0123456789abcdef0123456789abcdef")]
    // What names nothing of its owner is told from all others of it nevertheless.
    [InlineData("app:/shop/web", "strange", "app:/shop/web/strange")]
    [InlineData("job:shop", "other_20261129120000abcde.0.1", "job:shop/other_20261129120000abcde.0.1")]
    public void A_task_is_named_by_its_owner_and_its_instance(string owner, string taskId, string subject) =>
        new Workload(owner, taskId, "agent").Subject.ShouldBe(subject);

    [Theory]
    [InlineData("app:/shop/web/u", "app:/shop/web/u", true)]
    [InlineData("app:/shop/web", "app:/shop/web/u", true)]
    [InlineData("app:/shop", "app:/shop/web/u", true)]
    [InlineData("app:/", "app:/shop/web/u", true)]
    [InlineData("app:/web", "app:/web/u", true)]
    [InlineData("app:/shop/we", "app:/shop/web/u", false)]
    [InlineData("app:/shop/web/v", "app:/shop/web/u", false)]
    [InlineData("app:/bank", "app:/shop/web/u", false)]
    [InlineData("app:/shop/pod/u", "app:/shop/pod/u/nginx", true)]
    [InlineData("app:/shop/pod/u/redis", "app:/shop/pod/u/nginx", false)]
    [InlineData("job:shop.nightly", "job:shop.nightly/R.0.1", true)]
    [InlineData("job:shop", "job:shop.nightly/R.0.1", true)]
    [InlineData("job:shop.nightly/R.0.1", "job:shop.nightly/R.0.1", true)]
    // Dots in the name of a run are no groups, and a job is no app of the same name.
    [InlineData("job:shop.nightly/R.0", "job:shop.nightly/R.0.1", false)]
    [InlineData("job:shop.night", "job:shop.nightly/R.0.1", false)]
    [InlineData("app:/shop", "job:shop.nightly/R.0.1", false)]
    [InlineData("app:/", "job:shop.nightly/R.0.1", false)]
    [InlineData("job:shop", "app:/shop/web/u", false)]
    [InlineData("framework:f", "framework:f/t.1", true)]
    [InlineData("framework:f/t.1", "framework:f/t.1", true)]
    [InlineData("framework:f/t", "framework:f/t.1", false)]
    [InlineData("framework:f", "framework:f2/t.1", false)]
    [InlineData("app:/", "framework:f/t.1", false)]
    public void A_right_of_an_app_a_job_or_a_group_is_that_of_its_tasks(string granted, string subject, bool isAllowed)
    {
        _model.Grant(new("dcos:secrets:default:/x", AccessAction.Read), granted, isGroup: false).ShouldBe(SecurityResult.Done);

        new SecurityView(_model.Items).RightsOfTask(subject).Allows(AccessAction.Read, "dcos:secrets:default:/x").ShouldBe(isAllowed);
        // An account of such a name cannot be: it has no colon.
        _model.Add(new() { Uid = subject, Kind = IdentityKind.User }).Outcome.ShouldBe(SecurityOutcome.Invalid);
    }

    [Theory]
    [InlineData("app:", false)]
    [InlineData("app:shop", false)]
    [InlineData("app:/shop/", false)]
    [InlineData("app:/shop/../bank", false)]
    [InlineData("app:/Shop", false)]
    [InlineData("app:/", true)]
    [InlineData("app:/shop", true)]
    [InlineData("job:", false)]
    [InlineData("job:.shop", false)]
    [InlineData("job:shop.", false)]
    [InlineData("job:shop/a/b", false)]
    [InlineData("job:shop\n", false)]
    [InlineData("job:shop.nightly", true)]
    [InlineData("framework:", false)]
    [InlineData("framework:f/", false)]
    [InlineData("framework:f/a/b", false)]
    [InlineData("framework:f\n", false)]
    [InlineData("framework:11111111-2222-3333-4444-555555555555-0001", true)]
    public void A_subject_that_is_none_gets_no_right(string subject, bool isOne) =>
        _model.Grant(new("dcos:secrets:default:/x", AccessAction.Read), subject, isGroup: false).Outcome.ShouldBe(isOne ? SecurityOutcome.Done : SecurityOutcome.Invalid);

    [Fact]
    public void A_token_of_a_task_has_the_rights_of_the_task_and_says_where_they_are_from()
    {
        _model.Grant(NamedRoles.Grant(NamedRole.Viewer, "/shop"), "app:/shop", isGroup: false);
        var token = new TokenFacts("t", "app:/shop/web/u", TokenUse.Task, Start, Start.AddHours(1), Start) { Workload = new("app:/shop/web", "t", "a") };

        var (who, rights) = new SecurityView(_model.Items).Identify(token, out var problem)!.Value;

        problem.ShouldBeNull();
        who.ToString().ShouldBe("task app:/shop/web/u");
        AccessDecision.Decide(who, rights, AccessAction.Read, ResourceId.Service("/shop/web")).Reason.ShouldContain("tasks of app:/shop");
        AccessDecision.Decide(who, rights, AccessAction.Update, ResourceId.Service("/shop/web")).IsAllowed.ShouldBeFalse();
        _model.Revoke(NamedRoles.Grant(NamedRole.Viewer, "/shop").Resource, null, "app:/shop", isGroup: false).ShouldBe(SecurityResult.Done);
        new SecurityView(_model.Items).RightsOfTask("app:/shop/web/u").Allows(AccessAction.Read, ResourceId.Service("/shop/web")).ShouldBeFalse();
    }

    [Theory]
    // An hour: at half of it, or at once where that has passed; after failures each 60 s, the longest pause.
    [InlineData(3600, 0, 0, 1800)]
    [InlineData(3600, 2000, 0, 2000)]
    [InlineData(3600, 1800, 1, 1860)]
    [InlineData(3600, 1860, 5, 1920)]
    // Ten seconds: at five, then each second, the shortest pause: four times before the end.
    [InlineData(10, 0, 0, 5)]
    [InlineData(10, 5, 1, 6)]
    [InlineData(10, 9, 4, 10)]
    // A hundred: each tenth.
    [InlineData(100, 50, 1, 60)]
    public void A_token_is_renewed_at_half_of_its_life(int lifetime, int now, int failures, int at) =>
        WorkloadTokens.RenewalAt(Start, Start.AddSeconds(lifetime), Start.AddSeconds(now), failures).ShouldBe(Start.AddSeconds(at));

    [Theory]
    [InlineData(3600, 3600)]
    [InlineData(1, 10)]
    [InlineData(-5, 10)]
    [InlineData(1e9, 86_400)]
    [InlineData(double.NaN, 10)]
    [InlineData(double.PositiveInfinity, 10)]
    public void No_agent_gets_a_token_for_longer_than_a_day(double asked, int seconds) => WorkloadTokens.Lifetime(asked).ShouldBe(TimeSpan.FromSeconds(seconds));
}
