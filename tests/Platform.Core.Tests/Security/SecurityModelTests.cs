using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

public sealed class SecurityModelTests
{
    private const string Shop = "dcos:service:marathon:marathon:services:/shop";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SecurityModel _model = new([]);

    [Fact]
    public void Permissions_come_from_the_account_and_from_its_groups()
    {
        Add("alice", "bob");
        _model.PutGroup("team", "").ShouldBe(SecurityResult.Done);
        _model.SetMember("team", "bob", true).ShouldBe(SecurityResult.Done);
        _model.Grant(new(Shop, AccessAction.Read), "alice", isGroup: false).ShouldBe(SecurityResult.Done);
        _model.Grant(NamedRoles.Grant(NamedRole.Deployer, "/shop"), "team", isGroup: true).ShouldBe(SecurityResult.Done);

        Rights("alice").Allows(AccessAction.Read, Shop + "/api").ShouldBeTrue();
        Rights("alice").Allows(AccessAction.Update, Shop + "/api").ShouldBeFalse();
        Rights("bob").Allows(AccessAction.Update, Shop + "/api").ShouldBeTrue();

        _model.SetMember("team", "bob", false).ShouldBe(SecurityResult.Done);
        Rights("bob").Allows(AccessAction.Read, Shop + "/api").ShouldBeFalse();
    }

    [Fact]
    public void What_is_removed_leaves_nothing_behind_for_somebody_of_the_same_name()
    {
        Add("alice");
        _model.PutGroup("team", "");
        _model.SetMember("team", "alice", true);
        _model.Grant(new(Shop, AccessAction.Full), "alice", isGroup: false);
        _model.Grant(new(Shop, AccessAction.Read), "team", isGroup: true);
        _model.AddToken(new() { Id = "t1", Uid = "alice", ExpiresAt = Start.AddDays(1) });

        _model.RemoveAccount("alice").ShouldBe(SecurityResult.Done);
        Add("alice");

        Rights("alice").Allows(AccessAction.Read, Shop).ShouldBeFalse();
        Identify(new("t1", "alice", TokenUse.Program, Start, Start.AddDays(1), Start)).ShouldBe("the token was taken back: make another one");

        _model.RemoveGroup("team").ShouldBe(SecurityResult.Done);
        _model.PutGroup("team", "");
        _model.SetMember("team", "alice", true);
        Rights("alice").Allows(AccessAction.Read, Shop).ShouldBeFalse();
    }

    [Fact]
    public void The_last_administrator_stays()
    {
        Add("alice", "bob");
        _model.PutGroup("admins", "");
        _model.SetMember("admins", "alice", true);
        _model.Grant(NamedRoles.Grant(NamedRole.Administrator), "admins", isGroup: true);
        _model.TakeChanges();

        foreach (var result in (SecurityResult[])
                 [
                     _model.RemoveAccount("alice"), _model.RemoveGroup("admins"), _model.SetMember("admins", "alice", false),
                     _model.Revoke("platform:role:administrator:/", null, "admins", isGroup: true), _model.RemoveList("platform:role:administrator:/"),
                 ])
            result.ShouldBe(new(SecurityOutcome.Invalid, "nobody would be left who may do everything: make another administrator first"));
        _model.TakeChanges().ShouldBeEmpty();
        _model.HasAdministrator.ShouldBeTrue();

        _model.Grant(new(ResourceId.Superuser, AccessAction.Full), "bob", isGroup: false);
        _model.RemoveAccount("alice").ShouldBe(SecurityResult.Done);
    }

    [Theory]
    // Wrong passwords before, the rest that follows: 5 are free, then 1, 2, 4 ... seconds, at most 900.
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(10, 32)]
    [InlineData(14, 512)]
    [InlineData(15, 900)]
    [InlineData(2_000_000_000, 900)]
    public void An_account_rests_longer_with_each_wrong_password(int failures, int seconds) => LockOut.After(failures).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Passwords_that_are_tried_at_once_all_count_as_wrong_until_one_is_right()
    {
        Add("alice");
        for (var i = 0; i < LockOut.Free; i++)
            _model.Attempt("alice", Start).ShouldBeNull();
        _model.Attempt("alice", Start).ShouldBe(TimeSpan.FromSeconds(1));
        _model.Attempt("alice", Start.AddSeconds(1)).ShouldBeNull();
        _model.LoggedIn("alice");
        _model.Attempt("alice", Start.AddSeconds(1)).ShouldBeNull();
        _model.Attempt("nobody", Start).ShouldBeNull();
        // Whoever asks for names that nobody has learns nothing by it: they rest alike, and nothing of it is stored.
        var stored = _model.Items.Count;
        for (var i = 0; i < LockOut.Free; i++)
            _model.Attempt("stranger", Start).ShouldBeNull();
        _model.Attempt("stranger", Start).ShouldBe(TimeSpan.FromSeconds(1));
        _model.Attempt("stranger", Start.AddSeconds(1)).ShouldBeNull();
        _model.Attempt("stranger", Start.AddSeconds(1)).ShouldBe(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 20; i++)
            _model.Attempt("no name, which is known to be none", Start).ShouldBeNull();
        _model.Items.Count.ShouldBe(stored);
        _model.Account("nobody").ShouldBeNull();
    }

    [Fact]
    public void A_token_counts_until_it_is_taken_back_or_its_owner_changes()
    {
        Add("alice");
        var login = new TokenFacts("l1", "alice", TokenUse.Login, Start, Start.AddHours(12), Start);
        Identify(login).ShouldBeNull();

        _model.Change("alice", Start.AddMinutes(1), description: "A.");
        Identify(login).ShouldBeNull();
        _model.Change("alice", Start.AddMinutes(2), passwordHash: "other");
        Identify(login).ShouldBe("the password or the key has changed since: log in again");
        var later = login with { Id = "l2", IssuedAt = Start.AddMinutes(3) };
        Identify(later).ShouldBeNull();
        _model.Revoke(later, Start.AddMinutes(4));
        Identify(later).ShouldBe("the token was taken back: log in again");

        // Once it has expired anyway it need not be remembered.
        _model.Revoke(login with { Id = "l3", ExpiresAt = Start.AddDays(3) }, Start.AddDays(2));
        _model.Items.Keys.Where(key => key.StartsWith("revoked/", StringComparison.Ordinal)).ShouldBe(["revoked/l3"]);
        Identify(login with { Uid = "bob" }).ShouldBe("there is no account bob any more");
    }

    [Fact]
    public void An_agent_s_token_is_good_for_its_session_alone()
    {
        var (_, rights) = new SecurityView(_model.Items).Identify(new("a", "agent-1", TokenUse.Agent, Start, Start.AddMinutes(10), Start), out _)!.Value;

        rights.Allows(AccessAction.Create, ResourceId.AgentSession).ShouldBeTrue();
        rights.Allows(AccessAction.Read, Shop).ShouldBeFalse();
        rights.Allows(AccessAction.Read, ResourceId.Identities).ShouldBeFalse();
    }

    [Theory]
    [InlineData("alice", null)]
    [InlineData("a.b_c@d-e+f", null)]
    [InlineData("", "is no id")]
    [InlineData("-a", "is no id")]
    [InlineData("a/b", "is no id")]
    [InlineData("task:/shop", "is no id")]
    [InlineData("a b", "is no id")]
    [InlineData("a\nb", "'a?b' is no id")]
    public void Ids_are_checked(string uid, string? problem)
    {
        var result = _model.Add(new() { Uid = uid, Kind = IdentityKind.User });

        result.Outcome.ShouldBe(problem is null ? SecurityOutcome.Done : SecurityOutcome.Invalid);
        result.Message.ShouldContain(problem ?? "");
    }

    [Theory]
    [InlineData("correct horse", null)]
    [InlineData("short", "at least 8")]
    [InlineData("aaaaaaaabbb", "four different")]
    [InlineData("xx-ALICE-1234", "name of its user")]
    public void Passwords_are_checked(string password, string? problem)
    {
        if (problem is null)
            PasswordPolicy.Problem(password, "alice").ShouldBeNull();
        else
            PasswordPolicy.Problem(password, "alice").ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Keys_change_every_30_days_and_are_known_as_long_as_their_tokens_count()
    {
        _model.SigningKey(Start).ShouldBeNull();
        _model.AddKey(new("k1", "", Start, [1]), Start);
        _model.SigningKey(Start.AddDays(29))!.Id.ShouldBe("k1");
        _model.SigningKey(Start.AddDays(30)).ShouldBeNull();
        _model.AddKey(new("k2", "", Start.AddDays(30), [1]), Start.AddDays(30));
        _model.Keys.Select(key => key.Id).ShouldBe(["k2", "k1"]);
        // 365 days of the longest token and 30 of signing, and 5 to spare.
        _model.AddKey(new("k3", "", Start.AddDays(401), [1]), Start.AddDays(401));
        _model.Keys.Select(key => key.Id).ShouldBe(["k3", "k2"]);
    }

    private AccessRights Rights(string uid) => new SecurityView(_model.Items).RightsOf(uid);

    private string? Identify(TokenFacts token)
    {
        new SecurityView(_model.Items).Identify(token, out var problem);
        return problem;
    }

    private void Add(params string[] uids)
    {
        foreach (var uid in uids)
            _model.Add(new() { Uid = uid, Kind = IdentityKind.User, PasswordHash = "hash" }).ShouldBe(SecurityResult.Done);
    }
}
