using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

/// <summary>Who somebody is here that a provider knows.</summary>
public sealed class FederationTests
{
    private const string Provider = "https://login.example";

    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly Federation Rules = new()
    {
        Provider = Provider, Groups = new Dictionary<string, string> { ["shop"] = "shop-team", ["cn=ops"] = "operators", ["ops-too"] = "operators" }.ToValueMap(),
    };

    private readonly SecurityModel _model = new([]);

    [Theory]
    [InlineData("email=a@x.org email_verified=true", "a@x.org", "")]
    [InlineData("email=a@x.org email_verified=true groups=shop groups=other", "a@x.org", "shop-team")]
    [InlineData("email=a@x.org email_verified=true groups=ops-too groups=cn=ops groups=shop", "a@x.org", "operators,shop-team")]
    // Whoever may write any address into a profile is nobody yet.
    [InlineData("email=a@x.org", null, "has not verified")]
    [InlineData("email=a@x.org email_verified=false", null, "has not verified")]
    [InlineData("email_verified=true", null, "no claim 'email'")]
    [InlineData("email=a@x.org email=b@x.org email_verified=true", null, "no claim 'email'")]
    [InlineData("email=app:/shop email_verified=true", null, "is no id")]
    public void The_claims_tell_the_user_and_the_groups_that_were_named(string said, string? uid, string groupsOrProblem)
    {
        var user = Rules.Read(Claims(said), out var problem);

        (user?.Uid).ShouldBe(uid);
        if (user is null)
            problem.ShouldNotBeNull().ShouldContain(groupsOrProblem);
        else
            string.Join(',', user.Groups.AsEnumerable()).ShouldBe(groupsOrProblem);
    }

    [Fact]
    public void Another_claim_needs_no_verified_address() =>
        (Rules with { UserClaim = "preferred_username" }).Read(Claims("preferred_username=alice"), out _)!.Uid.ShouldBe("alice");

    [Fact]
    public void An_account_is_made_at_the_first_login_and_follows_its_groups_from_then_on()
    {
        _model.PutGroup("shop-team", "");
        _model.PutGroup("operators", "");
        _model.PutGroup("local", "");

        _model.Federate(User("shop"), Now).ShouldBe(SecurityResult.Done);
        _model.Account("a@x.org")!.ShouldSatisfyAllConditions(account => account.Provider.ShouldBe(Provider), account => account.PasswordHash.ShouldBeNull());
        _model.SetMember("local", "a@x.org", isMember: true);
        Groups().ShouldBe("local,shop-team");
        _model.TakeChanges();
        _model.Federate(User("shop"), Now).ShouldBe(SecurityResult.Done);
        _model.HasChanges.ShouldBeFalse();

        _model.Federate(User("cn=ops"), Now).ShouldBe(SecurityResult.Done);
        Groups().ShouldBe("local,operators");
        _model.Federate(User(), Now).ShouldBe(SecurityResult.Done);
        Groups().ShouldBe("local");
    }

    [Fact]
    public void Nobody_becomes_an_account_of_here_or_of_another_provider_by_its_name()
    {
        _model.Add(new() { Uid = "a@x.org", Kind = IdentityKind.User, PasswordHash = "hash" });
        _model.Federate(User(), Now).Message.ShouldContain("already");
        _model.Account("a@x.org")!.Provider.ShouldBeNull();

        _model.Federate(User() with { Uid = "b@x.org", Provider = "https://other.example" }, Now).ShouldBe(SecurityResult.Done);
        _model.Federate(User() with { Uid = "b@x.org" }, Now).Outcome.ShouldBe(SecurityOutcome.Invalid);
    }

    [Fact]
    public void The_last_administrator_is_not_lost_by_what_a_provider_says()
    {
        _model.PutGroup("operators", "");
        _model.Federate(User("cn=ops"), Now);
        _model.Grant(NamedRoles.Grant(NamedRole.Administrator), "operators", isGroup: true);
        _model.HasAdministrator.ShouldBeTrue();

        _model.Federate(User(), Now).ShouldBe(SecurityResult.Done);
        _model.HasAdministrator.ShouldBeTrue();
    }

    private string Groups() => string.Join(',', new SecurityView(_model.Items).Groups.Values.Where(group => group.Members.AsEnumerable().Contains("a@x.org")).Select(group => group.Gid).Order(StringComparer.Ordinal));

    private static FederatedUser User(params string[] groups) =>
        Rules.Read(Claims("email=a@x.org email_verified=true" + string.Concat(groups.Select(group => " groups=" + group))), out _)!;

    private static Dictionary<string, ValueList<string>> Claims(string text) =>
        text.Split(' ').Select(pair => pair.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(same => same.Key, same => same.Select(pair => pair[1]).ToValueList());
}
