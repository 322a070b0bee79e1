using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

/// <summary>Who may do what: a line for each case.</summary>
public sealed class AccessDecisionTests
{
    private const string Apps = "dcos:service:marathon:marathon:services:";
    private const string Jobs = "dcos:service:metronome:metronome:jobs";
    private const string Files = "dcos:mesos:agent:sandbox:app_id:";
    private const string Inside = "dcos:mesos:agent:container:app_id:";

    private static readonly Identity Alice = new("alice", IdentityKind.User);

    [Theory]
    // A permission is for its path and what is below it, at the boundaries of names.
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop", true)]
    [InlineData(Apps + "/shop", "full", "delete", Apps + "/shop/api/v2", true)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shopping", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/bank/shop", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop.internal", false)]
    [InlineData(Apps + "/", "full", "create", Apps + "/anything", true)]
    [InlineData(Apps + "/", "full", "create", Apps + "/", true)]
    // A path that is not canonical is below nothing.
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop/../bank", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop/./api", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop//api", false)]
    [InlineData(Apps + "/shop", "full", "read", Apps + "/shop/..", false)]
    [InlineData(Apps + "/", "full", "read", Apps + "//bank", false)]
    // An action is itself only, full is all.
    [InlineData(Apps + "/shop", "read", "read", Apps + "/shop/api", true)]
    [InlineData(Apps + "/shop", "read", "update", Apps + "/shop/api", false)]
    [InlineData(Apps + "/shop", "update", "read", Apps + "/shop/api", false)]
    [InlineData(Apps + "/shop", "create", "delete", Apps + "/shop/api", false)]
    [InlineData(Apps + "/shop", "delete", "full", Apps + "/shop/api", false)]
    [InlineData(Apps + "/shop", "full", "full", Apps + "/shop/api", true)]
    // What is left out between colons means all of them.
    [InlineData("dcos:service:marathon:marathon:services", "read", "read", Apps + "/bank", true)]
    [InlineData("dcos:service:marathon", "read", "read", "dcos:service:marathon:marathon:admin:events", true)]
    [InlineData("dcos:service:marathon:marathon:admin:config", "full", "read", "dcos:service:marathon:marathon:admin:leader", false)]
    [InlineData("dcos:mesos:master:quota", "update", "update", "dcos:mesos:master:quota:role:eng", true)]
    [InlineData("dcos:mesos:master:quota:role:eng", "update", "update", "dcos:mesos:master:quota:role:eng/web", true)]
    [InlineData("dcos:mesos:master:quota:role:eng", "update", "update", "dcos:mesos:master:quota:role:engine", false)]
    [InlineData("dcos:mesos:master:quota:role:eng", "update", "update", "dcos:mesos:master:weight:role:eng", false)]
    [InlineData("dcos", "full", "read", Apps + "/shop", false)]
    // Jobs have their groups between dots.
    [InlineData(Jobs + ":shop", "full", "update", Jobs + ":shop.nightly", true)]
    [InlineData(Jobs + ":shop", "full", "update", Jobs + ":shopping", false)]
    [InlineData(Jobs, "read", "read", Jobs + ":any", true)]
    // Secrets: using one and seeing its name are two rights.
    [InlineData("dcos:secrets:default:/shop", "full", "read", "dcos:secrets:default:/shop/db", true)]
    [InlineData("dcos:secrets:default:/shop", "full", "read", "dcos:secrets:list:default:/shop", false)]
    [InlineData("dcos:secrets:default:/shop", "full", "update", "dcos:secrets:default:/shopkeeper", false)]
    // Superuser.
    [InlineData("dcos:superuser", "full", "delete", Apps + "/bank", true)]
    [InlineData("dcos:superuser", "full", "update", "dcos:adminrouter:acs", true)]
    [InlineData("dcos:superuser", "read", "read", "platform:audit", true)]
    [InlineData("dcos:superuser", "read", "delete", Apps + "/bank", false)]
    [InlineData("dcos:superuser:x", "full", "read", Apps + "/bank", false)]
    public void A_permission_allows(string granted, string right, string action, string resource, bool allowed)
    {
        var rights = new AccessRights([new(new(granted, AccessActions.Parse(right)!.Value), "user alice")]);

        AccessDecision.Decide(Alice, rights, AccessActions.Parse(action)!.Value, resource).IsAllowed.ShouldBe(allowed);
    }

    [Theory]
    [InlineData("viewer", "/shop", "read", Apps + "/shop/api", true)]
    [InlineData("viewer", "/shop", "update", Apps + "/shop/api", false)]
    [InlineData("viewer", "/shop", "read", Apps + "/bank", false)]
    [InlineData("viewer", "/shop", "read", Files + "/shop/api", true)]
    [InlineData("viewer", "/shop", "read", Files + "/bank", false)]
    [InlineData("viewer", "/shop", "update", Inside + "/shop/api", false)]
    [InlineData("viewer", "/shop", "read", "dcos:adminrouter:ops:slave", false)]
    [InlineData("viewer", "/shop", "read", "dcos:secrets:default:/shop/db", false)]
    [InlineData("viewer", "/shop", "read", "dcos:secrets:list:default:/shop", true)]
    [InlineData("viewer", "/", "read", "dcos:adminrouter:ops:slave", true)]
    [InlineData("viewer", "/", "read", Jobs + ":any", true)]
    [InlineData("viewer", "/", "read", "platform:audit", false)]
    [InlineData("viewer", "/", "read", "dcos:adminrouter:acs", false)]
    [InlineData("viewer", "/", "update", "dcos:mesos:master:quota:role:eng", false)]
    [InlineData("deployer", "/shop", "create", Apps + "/shop/new", true)]
    [InlineData("deployer", "/shop", "delete", Apps + "/shop", true)]
    [InlineData("deployer", "/shop", "create", Apps + "/bank/new", false)]
    [InlineData("deployer", "/shop", "update", Apps + "/", false)]
    [InlineData("deployer", "/shop", "update", Inside + "/shop/api", true)]
    [InlineData("deployer", "/shop/api", "create", Jobs + ":shop.api.nightly", true)]
    [InlineData("deployer", "/shop/api", "create", Jobs + ":shop.other", false)]
    [InlineData("deployer", "/shop", "read", "dcos:secrets:default:/shop/db", true)]
    [InlineData("deployer", "/shop", "read", "dcos:secrets:default:/bank/db", false)]
    [InlineData("deployer", "/", "update", "dcos:adminrouter:ops:slave", false)]
    [InlineData("operator", "/", "update", Apps + "/bank", true)]
    [InlineData("operator", "/", "update", "dcos:adminrouter:ops:slave", true)]
    [InlineData("operator", "/", "update", "dcos:mesos:master:quota:role:eng", true)]
    [InlineData("operator", "/", "read", "dcos:secrets:default:/shop/db", false)]
    [InlineData("operator", "/", "update", "dcos:adminrouter:acs", false)]
    [InlineData("operator", "/", "update", "dcos:adminrouter:ops:ca:rw", false)]
    [InlineData("administrator", "/", "full", "dcos:adminrouter:acs", true)]
    public void A_named_role_allows(string role, string group, string action, string resource, bool allowed)
    {
        var rights = new AccessRights([new(NamedRoles.Grant(NamedRoles.Parse(role)!.Value, group), "group team")]);

        AccessDecision.Decide(Alice, rights, AccessActions.Parse(action)!.Value, resource).IsAllowed.ShouldBe(allowed);
    }

    [Fact]
    public void A_verdict_says_which_permission_counted_and_who_has_it()
    {
        var rights = new AccessRights([new(NamedRoles.Grant(NamedRole.Deployer, "/shop"), "group team")]);

        AccessDecision.Decide(Alice, rights, AccessAction.Delete, Apps + "/shop/api")
            .ShouldBe(new(true, false, Apps + "/shop full (group team, platform:role:deployer:/shop)"));
        AccessDecision.Decide(Alice, rights, AccessAction.Delete, Apps + "/bank")
            .ShouldBe(new(false, false, "user alice has no permission to delete " + Apps + "/bank"));
        AccessDecision.Decide(Identity.Anonymous, AccessRights.None, AccessAction.Read, Apps + "/bank")
            .ShouldBe(new(false, true, "log in: read on " + Apps + "/bank needs a right"));
        AccessDecision.Decide(Alice, rights, AccessAction.Read, Apps + "/bank\r\nforged").Reason.ShouldEndWith("/bank??forged");
    }

    [Fact]
    public void A_token_with_a_scope_may_do_what_both_its_owner_and_its_scope_may()
    {
        var rights = new AccessRights([new(NamedRoles.Grant(NamedRole.Deployer, "/shop"), "user alice")])
            .LimitedTo([new(Apps + "/shop/api", AccessAction.Full), new(Apps + "/bank", AccessAction.Full), NamedRoles.Grant(NamedRole.Viewer, "/shop")]);

        rights.Allows(AccessAction.Update, Apps + "/shop/api").ShouldBeTrue();
        rights.Allows(AccessAction.Read, Apps + "/shop/other").ShouldBeTrue();
        rights.Allows(AccessAction.Update, Apps + "/shop/other").ShouldBeFalse();
        rights.Allows(AccessAction.Update, Apps + "/bank").ShouldBeFalse();
    }

    [Theory]
    [InlineData("dcos:service:marathon:marathon:services:/shop", null)]
    [InlineData("dcos:superuser", null)]
    [InlineData("platform:role:deployer:/shop", null)]
    [InlineData("platform:role:deployer:shop", "is no role")]
    [InlineData("platform:role:king:/", "is no role")]
    [InlineData("platform:role:operator:/shop", "of the whole cluster")]
    [InlineData("platform:role:viewer:/Shop", "is no path")]
    [InlineData("dcos", "is no resource")]
    [InlineData(":x", "is no resource")]
    [InlineData("", "1 to 1024")]
    [InlineData("dcos:a b", "white space")]
    [InlineData("dcos:service:marathon:marathon:services:/a/../b", "empty names")]
    [InlineData("dcos:service:marathon:marathon:services:/a/", "empty names")]
    public void Resources_are_checked_when_a_permission_is_given(string resource, string? problem)
    {
        if (problem is null)
            ResourceId.Validate(resource).ShouldBeNull();
        else
            ResourceId.Validate(resource).ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void A_role_with_another_action_than_full_allows_nothing() =>
        new AccessRights([new(new("platform:role:administrator:/", AccessAction.Read), "user alice")]).Allows(AccessAction.Read, Apps + "/shop").ShouldBeFalse();
}
