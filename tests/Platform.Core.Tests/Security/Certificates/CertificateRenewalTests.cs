using Platform.Core.Collections;
using Platform.Core.Security.Certificates;

namespace Platform.Core.Tests.Security.Certificates;

/// <summary>When a certificate is made anew.</summary>
public sealed class CertificateRenewalTests
{
    private static readonly DateTimeOffset Made = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ValueList<string> Names = ValueList.Create(["localhost", "10.0.0.7"]);

    [Theory]
    [InlineData(0, false)]
    [InlineData(19, false)]
    // 30 days and the hour that it counts back: a third of it is left after 20 days less 20 minutes.
    [InlineData(20, true)]
    [InlineData(31, true)]
    [InlineData(-1, true)]
    public void A_certificate_of_thirty_days_is_made_anew_when_ten_are_left_or_the_clock_was_put_back(int day, bool isDue)
    {
        var held = new CertificateFacts(CertificateLifetimes.From(Made, CertificateLifetimes.Leaf, null), "a", Names);

        (CertificateRenewal.ReasonOf(held, Names, "a", Made.AddDays(day)) is not null).ShouldBe(isDue);
    }

    [Fact]
    public void It_is_due_at_the_moment_that_is_told()
    {
        var validity = CertificateLifetimes.From(Made, CertificateLifetimes.Leaf, null);
        var due = CertificateRenewal.DueAt(validity);

        due.ShouldBe(Made.AddDays(20).AddMinutes(-20));
        CertificateRenewal.ReasonOf(new(validity, "a", Names), Names, "a", due).ShouldNotBeNull();
        CertificateRenewal.ReasonOf(new(validity, "a", Names), Names, "a", due.AddTicks(-1)).ShouldBeNull();
    }

    [Fact]
    public void Another_authority_other_names_and_none_are_reasons_but_not_another_order()
    {
        var held = new CertificateFacts(CertificateLifetimes.From(Made, CertificateLifetimes.Leaf, null), "a", Names);

        CertificateRenewal.ReasonOf(null, Names, "a", Made).ShouldNotBeNull();
        CertificateRenewal.ReasonOf(held, Names, "b", Made).ShouldNotBeNull().ShouldContain("authority");
        CertificateRenewal.ReasonOf(held, ValueList.Create(["localhost", "10.0.0.8"]), "a", Made).ShouldNotBeNull().ShouldContain("names");
        CertificateRenewal.ReasonOf(held, ValueList.Create(["localhost"]), "a", Made).ShouldNotBeNull().ShouldContain("names");
        CertificateRenewal.ReasonOf(held, ValueList.Create(["10.0.0.7", "localhost"]), "a", Made).ShouldBeNull();
    }

    [Fact]
    public void A_certificate_never_counts_when_its_authority_does_not()
    {
        var authority = new Validity(Made, Made.AddDays(3));

        CertificateLifetimes.From(Made, CertificateLifetimes.Leaf, authority).ShouldBe(authority);
        CertificateLifetimes.From(Made.AddDays(1), TimeSpan.FromDays(1), authority).ShouldBe(new(Made.AddDays(1).AddHours(-1), Made.AddDays(2)));
        authority.Covers(Made.AddDays(3)).ShouldBeTrue();
        authority.Covers(Made.AddDays(3).AddTicks(1)).ShouldBeFalse();
    }
}
