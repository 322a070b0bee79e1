using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Clustering.Certificates;
using Platform.Core.Collections;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Security.Certificates;

/// <summary>The cluster's authority: what it makes holds up before an independent judge, the chain builder of the base library, and it is kept without its key in the clear.</summary>
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly string _directory = Directory.CreateTempSubdirectory("authority-").FullName;

    [Fact]
    public void A_certificate_counts_for_a_server_and_under_its_own_authority_only()
    {
        using var authority = CertificateAuthority.Create(AuthorityScope.Everything, Now);
        using var other = CertificateAuthority.Create(AuthorityScope.Everything, Now);
        using var certificate = authority.IssueForServer(["localhost", "10.0.0.7", "node7.example.com"], Now);

        Judge(certificate, authority, "1.3.6.1.5.5.7.3.1").ShouldBe(X509ChainStatusFlags.NoError);
        Judge(certificate, authority, "1.3.6.1.5.5.7.3.2").ShouldNotBe(X509ChainStatusFlags.NoError);
        Judge(certificate, other, "1.3.6.1.5.5.7.3.1").ShouldNotBe(X509ChainStatusFlags.NoError);
        certificate.MatchesHostname("10.0.0.7").ShouldBeTrue();
        certificate.MatchesHostname("node7.example.com").ShouldBeTrue();
        certificate.MatchesHostname("node8.example.com").ShouldBeFalse();
        authority.FactsOf(certificate).ShouldBe(new(CertificateLifetimes.From(Now, CertificateLifetimes.Leaf, authority.Validity), authority.Fingerprint, ValueList.Create(["localhost", "node7.example.com", "10.0.0.7"])));
    }

    [Fact]
    public void What_a_scope_does_not_cover_does_not_count_even_if_the_key_signs_it()
    {
        AuthorityScope.TryParse(["example.com", "10.0.0.0/8"], out var scope, out _).ShouldBeTrue();
        using var authority = CertificateAuthority.Create(scope, Now);

        authority.Scope.ShouldBe(scope);
        foreach (var (name, counts) in new[] { ("node7.example.com", true), ("localhost", true), ("10.0.0.7", true), ("127.0.0.1", true), ("::1", true), ("bank.com", false), ("11.0.0.7", false), ("2001:db8::1", false) })
        {
            scope.Covers(name).ShouldBe(counts, name);
            using var certificate = authority.IssueForServer([name], Now);
            (Judge(certificate, authority, "1.3.6.1.5.5.7.3.1") == X509ChainStatusFlags.NoError).ShouldBe(counts, name);
        }
    }

    [Fact]
    public async Task Whoever_opens_it_finds_the_same_one_and_its_key_is_nowhere_in_the_clear()
    {
        // The key's own file is there before.
        new SecretCipher(Options.Create(new SecretOptions { KeyFile = Path.Combine(_directory, "secrets.key") })).Seal("", "");
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync("secrets.key"))));

        opened.Select(authority => authority.Fingerprint).Distinct().Count().ShouldBe(1);
        opened.Select(authority => authority.ExportKey()).Distinct().Count().ShouldBe(1);
        var file = new FileInfo(Path.Combine(_directory, "authority.json"));
        file.UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var text = await File.ReadAllTextAsync(file.FullName);
        text.ShouldNotContain("PRIVATE");
        text.ShouldNotContain(opened[0].ExportKey().Split('\n')[1]);
    }

    [Fact]
    public async Task Another_key_another_scope_and_a_damaged_file_are_told_and_nothing_is_made_anew()
    {
        using var first = await OpenAsync("secrets.key");
        var kept = await File.ReadAllTextAsync(Path.Combine(_directory, "authority.json"));

        (await Should.ThrowAsync<AuthorityException>(() => OpenAsync("other.key"))).Message.ShouldContain("another key");
        (await Should.ThrowAsync<AuthorityException>(() => OpenAsync("secrets.key", "example.com"))).Message.ShouldContain("example.com");
        (await File.ReadAllTextAsync(Path.Combine(_directory, "authority.json"))).ShouldBe(kept);
        foreach (var broken in new[] { "", "{", "{}", "null", "[]", """{"certificate":"x","key":"AAAA"}""", kept[..^40] })
        {
            await File.WriteAllTextAsync(Path.Combine(_directory, "authority.json"), broken);
            await Should.ThrowAsync<AuthorityException>(() => OpenAsync("secrets.key"), broken);
        }
    }

    [Fact]
    public void Only_who_has_a_certificate_for_silos_of_this_authority_is_a_silo()
    {
        using var authority = CertificateAuthority.Create(AuthorityScope.Everything, Now.AddDays(-60));
        using var other = CertificateAuthority.Create(AuthorityScope.Everything, Now);
        using var silo = authority.IssueForSilo(Now);
        using var server = authority.IssueForServer(["localhost"], Now);
        using var stranger = other.IssueForSilo(Now);
        using var past = authority.IssueForSilo(Now.AddDays(-31));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Platform silo", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(CertificateRole.Silo));
        request.CertificateExtensions.Add(names.Build());
        using var own = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));

        authority.IsSilo(silo).ShouldBeTrue();
        foreach (var wrong in new[] { server, stranger, past, own })
            authority.IsSilo(wrong).ShouldBeFalse(wrong.Subject);
        CertificateRole.IsSilo([CertificateRole.Silo, "platform:agent:7"]).ShouldBeFalse();
        CertificateRole.IsSilo([]).ShouldBeFalse();
    }

    [Fact]
    public void An_authority_that_is_given_has_to_be_one()
    {
        using var authority = CertificateAuthority.Create(AuthorityScope.Everything, Now);
        using var leaf = authority.IssueForServer(["localhost"], Now);
        using var leafKey = leaf.GetECDsaPrivateKey()!;
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=given", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var given = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(10));

        using var read = CertificateAuthority.Read(given.ExportCertificatePem(), rsa.ExportPkcs8PrivateKeyPem());
        using var certificate = read.IssueForServer(["localhost"], Now);
        Judge(certificate, read, "1.3.6.1.5.5.7.3.1").ShouldBe(X509ChainStatusFlags.NoError);
        certificate.NotAfter.ToUniversalTime().ShouldBe(given.NotAfter.ToUniversalTime());
        Should.Throw<AuthorityException>(() => CertificateAuthority.Read(leaf.ExportCertificatePem(), leafKey.ExportPkcs8PrivateKeyPem())).Message.ShouldContain("not that of an authority");
        Should.Throw<AuthorityException>(() => CertificateAuthority.Read(given.ExportCertificatePem(), leafKey.ExportPkcs8PrivateKeyPem()));
        Should.Throw<AuthorityException>(() => AuthorityKeeper.Check(read, AuthorityScope.Everything, Now.AddDays(11))).Message.ShouldContain("counts from");
    }

    [Fact]
    public void A_server_shows_a_new_certificate_before_the_old_one_ends_and_when_its_names_change()
    {
        using var authority = CertificateAuthority.Create(AuthorityScope.Everything, Now);
        var time = new ManualTimeProvider(Now);
        string[] names = ["localhost"];
        using var own = OwnCertificate.OfServer(authority, () => ValueList.Create<string>(names), time, NullLogger<OwnCertificate>.Instance);
        IServerCertificate shown = own;
        var first = shown.Certificate;

        time.Advance(TimeSpan.FromDays(19));
        shown.Certificate.ShouldBeSameAs(first);
        time.Advance(TimeSpan.FromDays(1));
        var second = shown.Certificate;
        second.SerialNumber.ShouldNotBe(first.SerialNumber);
        second.NotAfter.ShouldBeGreaterThan(first.NotAfter);
        names = ["localhost", "10.0.0.7"];
        time.Advance(TimeSpan.FromMinutes(1));
        shown.Certificate.MatchesHostname("10.0.0.7").ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<CertificateAuthority> OpenAsync(string keyFile, params string[] scope)
    {
        AuthorityScope.TryParse(scope, out var limits, out _).ShouldBeTrue();
        var cipher = new SecretCipher(Options.Create(new SecretOptions { KeyFile = Path.Combine(_directory, keyFile) }));
        return AuthorityKeeper.OpenAsync(new FileAuthorityStore(_directory), cipher, limits, Now, CancellationToken.None);
    }

    private static X509ChainStatusFlags Judge(X509Certificate2 certificate, CertificateAuthority authority, string use)
    {
        using var root = X509Certificate2.CreateFromPem(authority.Certificate);
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true } };
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(use));
        chain.Build(certificate);
        return chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
    }
}
