using Platform.Core.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Core.Tests.Security.Certificates;

/// <summary>Which agent gets a certificate, and which one is let in: a line for each case.</summary>
public sealed class AgentAdmissionTests
{
    private const string Authority = "f1";

    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // How it shows itself, whose certificate that is, what is known of it, whether one is required; and what is said, null: it is let in.
    [InlineData(AgentProof.None, null, "none", false, null)]
    [InlineData(AgentProof.None, null, "none", true, null)]
    [InlineData(AgentProof.Local, null, "none", true, null)]
    [InlineData(AgentProof.Token, null, "none", false, null)]
    [InlineData(AgentProof.Token, null, "none", true, "certificate only")]
    // One that was made and never shown binds nobody; it may be that something in between does not pass it on.
    [InlineData(AgentProof.Token, null, "made", false, null)]
    [InlineData(AgentProof.Token, null, "made", true, "certificate only")]
    [InlineData(AgentProof.Token, null, "used", false, "a token alone is not enough")]
    [InlineData(AgentProof.Token, null, "ended", false, null)]
    // Nor does one of an authority that was replaced.
    [InlineData(AgentProof.Token, null, "replaced", false, null)]
    [InlineData(AgentProof.Certificate, "a", "made", true, null)]
    [InlineData(AgentProof.Certificate, "a", "used", true, null)]
    [InlineData(AgentProof.Certificate, "b", "none", false, "that of agent b, not of a")]
    // Who was revoked is not let in, whatever it shows.
    [InlineData(AgentProof.None, null, "revoked", false, "was revoked")]
    [InlineData(AgentProof.Local, null, "revoked", false, "was revoked")]
    [InlineData(AgentProof.Token, null, "revoked", false, "was revoked")]
    [InlineData(AgentProof.Certificate, "a", "revoked", false, "was revoked")]
    public void A_session_is_for_the_agent_that_the_certificate_names(AgentProof proof, string? certified, string record, bool required, string? refusal) =>
        Check(AgentAdmission.SessionRefusal("a", proof, certified, Record(record), Authority, required, Now), refusal);

    [Theory]
    [InlineData("a", AgentProof.Token, null, "none", null)]
    [InlineData("a", AgentProof.Token, null, "made", null)]
    [InlineData("a", AgentProof.Token, null, "ended", null)]
    [InlineData("a", AgentProof.Token, null, "replaced", null)]
    // A stolen token makes nobody another agent.
    [InlineData("a", AgentProof.Token, null, "used", "with that one alone")]
    [InlineData("a", AgentProof.Token, null, "revoked", "was revoked")]
    [InlineData("a", AgentProof.Certificate, "a", "used", null)]
    [InlineData("a", AgentProof.Certificate, "b", "none", "gets none for a")]
    [InlineData("a", AgentProof.Certificate, "a", "revoked", "was revoked")]
    [InlineData("a", AgentProof.Local, null, "none", "need no certificate")]
    [InlineData("a", AgentProof.None, null, "none", "need no certificate")]
    [InlineData("", AgentProof.Token, null, "none", "an agent's id has")]
    [InlineData("a/b", AgentProof.Token, null, "none", "an agent's id has")]
    [InlineData("a\n", AgentProof.Token, null, "none", "an agent's id has")]
    public void A_certificate_is_made_at_the_first_contact_and_renewed_with_itself(string id, AgentProof proof, string? certified, string record, string? refusal) =>
        Check(AgentAdmission.CertificateRefusal(id, proof, certified, Record(record), Authority, Now), refusal);

    [Theory]
    [InlineData("platform:agent:a1-B.2_c", "a1-B.2_c")]
    [InlineData("platform:agent:", null)]
    [InlineData("platform:agent:a/b", null)]
    [InlineData("platform:silo", null)]
    [InlineData("https://a", null)]
    public void The_name_in_a_certificate_is_of_one_agent_or_of_none(string name, string? agent)
    {
        CertificateRole.AgentOf([name]).ShouldBe(agent);
        CertificateRole.AgentOf([name, name]).ShouldBeNull();
        CertificateRole.AgentOf([]).ShouldBeNull();
        CertificateRole.IsSilo([CertificateRole.Agent("silo")]).ShouldBeFalse();
    }

    [Theory]
    // A month: an hour before, due when a third of all of it is left. A minute: six seconds before, due 22 s before its end.
    [InlineData(2_592_000, 3600, 865_200)]
    [InlineData(60, 6, 22)]
    public void A_certificate_of_an_agent_is_renewed_when_a_third_is_left(int life, int before, int left)
    {
        var validity = CertificateLifetimes.OfAgent(Now, TimeSpan.FromSeconds(life), new(Now.AddYears(-1), Now.AddYears(1)));

        validity.ShouldBe(new(Now.AddSeconds(-before), Now.AddSeconds(life)));
        CertificateRenewal.DueAt(validity).ShouldBe(Now.AddSeconds(life - left));
        CertificateLifetimes.OfAgent(Now, TimeSpan.FromSeconds(life), new(Now, Now.AddSeconds(5))).ShouldBe(new(Now, Now.AddSeconds(5)));
    }

    [Fact]
    public void What_was_revoked_stays_so_and_is_seen_at_once()
    {
        var model = new SecurityModel([]);
        model.Certify(new("a", Now.AddDays(30)) { Authority = Authority }, AgentProof.Token, null, Now).ShouldBe(SecurityResult.Done);
        new SecurityView(model.Items).IdentifyAgent("a", out _)!.Value.Rights.Allows(AccessAction.Create, ResourceId.AgentSession).ShouldBeTrue();
        model.CertificateUsed("a");
        model.Certify(new("a", Now.AddDays(60)) { Authority = Authority }, AgentProof.Token, null, Now).Outcome.ShouldBe(SecurityOutcome.Invalid);
        model.Certify(new("a", Now.AddDays(60)) { Authority = Authority }, AgentProof.Certificate, "a", Now).ShouldBe(SecurityResult.Done);
        model.AgentCertificate("a").ShouldBe(new("a", Now.AddDays(60)) { IsUsed = true, Authority = Authority });

        model.RevokeAgent("a", Now).ShouldBe(SecurityResult.Done);
        model.RevokeAgent("a", Now.AddHours(1)).ShouldBe(SecurityResult.Done);
        new SecurityView(model.Items).IdentifyAgent("a", out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain($"{Now:u}");
        model.Certify(new("a", Now.AddDays(90)), AgentProof.Certificate, "a", Now).Outcome.ShouldBe(SecurityOutcome.Invalid);
        // One that never had a certificate is kept out too.
        model.RevokeAgent("b", Now);
        AgentAdmission.SessionRefusal("b", AgentProof.Token, null, model.AgentCertificate("b"), Authority, mustHaveCertificate: false, Now).ShouldNotBeNull();
        new SecurityView(model.Items).IdentifyAgent("c", out problem).ShouldBeNull();
    }

    private static AgentCertificate? Record(string kind) => kind switch
    {
        "made" => new("a", Now.AddDays(10)),
        "used" => new("a", Now.AddDays(10)) { IsUsed = true, Authority = Authority },
        "replaced" => new("a", Now.AddDays(10)) { IsUsed = true, Authority = "f0" },
        "ended" => new("a", Now.AddSeconds(-1)) { IsUsed = true, Authority = Authority },
        "revoked" => new("a", Now.AddDays(10)) { IsUsed = true, RevokedAt = Now },
        _ => null,
    };

    private static void Check(string? said, string? expected)
    {
        if (expected is null)
            said.ShouldBeNull();
        else
            said.ShouldNotBeNull().ShouldContain(expected);
    }
}
