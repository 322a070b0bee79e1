using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Clustering.Certificates;
using Platform.Clustering.Certificates.Acme;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;
using Platform.Host.Hosting.Tls;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Security.Certificates;

/// <summary>Certificates by ACME, from an authority of the test's own that looks at everything.</summary>
public sealed class AcmeTests : IAsyncLifetime
{
    private const string Name = "platform.example.org";

    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("acme-").FullName;
    private readonly int _port = FreePort.Take();
    private readonly SecretCipher _cipher;
    private readonly CertificateAuthority _own = CertificateAuthority.Create(AuthorityScope.Everything, DateTimeOffset.UtcNow);
    private AcmeServer _server = null!;

    public AcmeTests() => _cipher = new(Options.Create(new SecretOptions { KeyFile = Path.Combine(_directory, "secrets.key") }));

    public async Task InitializeAsync() => _server = await AcmeServer.StartAsync(_port);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _own.Dispose();
        System.IO.Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_certificate_is_got_with_a_proof_kept_sealed_and_shown_again_after_a_restart()
    {
        _server.RefusedNonces = 2;
        string first;
        await using (var process = await StartAsync(Settings with { Names = [Name, "www.example.org", "127.0.0.1"], Contacts = ["ops@example.org"] }))
        {
            // Nothing waits for it: until it is there the cluster's own is shown.
            process.Certificate.Context.TargetCertificate.Issuer.ShouldStartWith("CN=Platform cluster authority");
            await process.Log.LineAsync("is for " + Name);

            var shown = process.Certificate.Context;
            first = shown.TargetCertificate.Thumbprint;
            first.ShouldBe(_server.Issued.Single().Thumbprint);
            shown.TargetCertificate.HasPrivateKey.ShouldBeTrue();
            shown.IntermediateCertificates.Count.ShouldBe(1);
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(_server.Root);
            chain.ChainPolicy.ExtraStore.AddRange(shown.IntermediateCertificates.ToArray());
            chain.Build(shown.TargetCertificate).ShouldBeTrue();
            _server.Asked.Order().ShouldBe(["127.0.0.1", Name, "www.example.org"]);
        }
        var kept = await File.ReadAllTextAsync(Path.Combine(_directory, "acme.json"));
        kept.ShouldNotContain("PRIVATE KEY");
        new FileInfo(Path.Combine(_directory, "acme.json")).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await using (var process = await StartAsync(Settings with { Names = ["www.example.org", Name, "127.0.0.1"] }))
            process.Certificate.Context.TargetCertificate.Thumbprint.ShouldBe(first);

        // Another name needs another certificate, of the same account.
        await using (var process = await StartAsync(Settings with { Names = [Name, "mail.example.org"] }))
        {
            await process.Log.LineAsync("the names have changed");
            await process.Log.LineAsync($"is for {Name}, mail.example.org, until");
        }
        (_server.Orders, _server.Accounts).ShouldBe((2, 1));
        _server.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_got_anew_before_it_ends_with_another_key_while_the_server_runs()
    {
        _server.Life = TimeSpan.FromSeconds(9);
        await using var process = await StartAsync(Settings);
        await process.Log.LineAsync("is for " + Name);
        var first = process.Certificate.Context.TargetCertificate;

        await process.Log.LineAsync("it ends at");
        _server.Life = TimeSpan.FromDays(90);
        await process.Log.LineAsync("is for " + Name, 2);

        var second = process.Certificate.Context.TargetCertificate;
        second.Thumbprint.ShouldNotBe(first.Thumbprint);
        second.PublicKey.ExportSubjectPublicKeyInfo().ShouldNotBe(first.PublicKey.ExportSubjectPublicKeyInfo());
        _server.Accounts.ShouldBe(1);
        _server.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Terms_that_nobody_has_agreed_to_make_no_account()
    {
        await using var process = await StartAsync(Settings with { AcceptsTerms = false });

        (await process.Log.LineAsync("No certificate")).ShouldContain("https://example.org/terms: read them, and add --acme-accept-terms");
        _server.Accounts.ShouldBe(0);
        process.Certificate.Context.TargetCertificate.Issuer.ShouldStartWith("CN=Platform cluster authority");
    }

    [Fact]
    public async Task An_account_of_elsewhere_is_bound_where_it_is_asked_for()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        _server.External = ("account-1", key);
        await using (var process = await StartAsync(Settings))
            (await process.Log.LineAsync("No certificate")).ShouldContain("--acme-account");
        _server.Violations.ShouldBeEmpty();

        await using (var process = await StartAsync(Settings with { ExternalAccount = ("account-1", key) }))
            await process.Log.LineAsync("is for " + Name);
        _server.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_authority_that_has_had_enough_is_left_alone_for_as_long_as_it_asks()
    {
        _server.Limited = TimeSpan.FromHours(3);
        await using var process = await StartAsync(Settings);

        var line = await process.Log.LineAsync("No certificate");
        line.ShouldContain("too many certificates");
        line.ShouldContain("again in 03:00:00");
    }

    [Fact]
    public async Task Without_a_proof_there_is_no_certificate_and_the_reason_is_told()
    {
        await using var process = await StartAsync(Settings, answers: false);

        (await process.Log.LineAsync("No certificate")).ShouldContain($"the proof that {Name} is this control plane is invalid: nobody answers at port {_port}");
        _server.Issued.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("key")]
    [InlineData("name")]
    [InlineData("time")]
    public async Task A_certificate_that_is_not_what_was_asked_for_is_not_shown(string what)
    {
        _server.Mislead = right =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(new X500DistinguishedName(""), what == "key" ? new PublicKey(key) : right.PublicKey, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(what == "name" ? "other.example.org" : Name);
            request.CertificateExtensions.Add(names.Build(critical: true));
            using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var from = DateTimeOffset.UtcNow.AddHours(what == "time" ? 1 : -1);
            return request.Create(new X500DistinguishedName("CN=liar"), X509SignatureGenerator.CreateForECDsa(signer), from, from.AddDays(1), [1, 2, 3]);
        };
        await using var process = await StartAsync(Settings);

        (await process.Log.LineAsync("No certificate")).ShouldContain(what switch { "key" => "of another key", "name" => "not for " + Name, _ => "mend the clock" });
        process.Certificate.Context.TargetCertificate.Issuer.ShouldStartWith("CN=Platform cluster authority");
    }

    [Fact]
    public async Task An_authority_that_nobody_vouches_for_is_told_nothing()
    {
        await using var process = await StartAsync(Settings with { Authorities = null });

        (await process.Log.LineAsync("No certificate")).ShouldContain("127.0.0.1 does not answer");
        _server.Accounts.ShouldBe(0);
    }

    [Fact]
    public async Task Of_the_silos_of_a_cluster_one_gets_it_and_all_show_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var firstStore = new RedisAuthorityStore(redis.Address, "acme");
        await using var secondStore = new RedisAuthorityStore(redis.Address, "acme");
        await using var first = await StartAsync(Settings, firstStore.Acme);
        await using var second = await StartAsync(Settings, secondStore.Acme, answers: false);

        await Task.WhenAll(first.Log.LineAsync("is for " + Name), second.Log.LineAsync("is for " + Name));

        (_server.Orders, _server.Accounts).ShouldBe((1, 1));
        second.Certificate.Context.TargetCertificate.Thumbprint.ShouldBe(first.Certificate.Context.TargetCertificate.Thumbprint);
        // Whichever of them the authority comes to knows the answer.
        var token = new string('t', 43);
        (await second.Certificate.AnswerToAsync(token, default)).ShouldNotBeNull().ShouldBe(await first.Certificate.AnswerToAsync(token, default));
        _server.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silo_that_looked_just_before_another_made_the_account_answers_all_the_same()
    {
        await using var process = await StartAsync(Settings);
        await process.Log.LineAsync("is for " + Name);
        var late = new LateStore(new FileAcmeStore(_directory));
        var until = OwnCertificate.OfServer(_own, () => ["localhost"], TimeProvider.System, NullLogger<OwnCertificate>.Instance);
        using var other = await AcmeCertificate.OpenAsync(Settings, late, _cipher, until, TimeProvider.System, new Lines(), CancellationToken.None);
        late.IsThere = true;

        var token = new string('t', 43);
        (await other.AnswerToAsync(token, default)).ShouldNotBeNull().ShouldBe(await process.Certificate.AnswerToAsync(token, default));
    }

    [Fact]
    public async Task The_port_of_proofs_answers_tokens_and_nothing_else()
    {
        await using var process = await StartAsync(Settings);
        await process.Log.LineAsync("is for " + Name);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{_port}") };

        (await http.GetStringAsync("/.well-known/acme-challenge/" + new string('a', 43))).ShouldStartWith(new string('a', 43) + ".");
        foreach (var path in (string[])["/", "/ping", "/v2/apps", "/.well-known/acme-challenge/", "/.well-known/acme-challenge/short", "/.well-known/acme-challenge/../jwks.json",
                     "/.well-known/acme-challenge/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%3Cscript%3E", "/.well-known/acme-challenge/" + new string('a', 300), "/.well-known/acme-challenge/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/a"])
        {
            (await http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
        (await http.PostAsync("/.well-known/acme-challenge/" + new string('a', 43), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>What another process has written is not there yet.</summary>
    private sealed class LateStore(IAcmeStore store) : IAcmeStore
    {
        public bool IsThere { get; set; }

        public async Task<string?> ReadAsync(CancellationToken cancellationToken) => IsThere ? await store.ReadAsync(cancellationToken) : null;

        public Task WriteAsync(string text, CancellationToken cancellationToken) => store.WriteAsync(text, cancellationToken);

        public Task<bool> TryLeaseAsync(string owner, TimeSpan duration, CancellationToken cancellationToken) => store.TryLeaseAsync(owner, duration, cancellationToken);

        public Task ReleaseAsync(string owner, CancellationToken cancellationToken) => store.ReleaseAsync(owner, cancellationToken);
    }

    private AcmeSettings Settings => new() { Directory = new(_server.Directory), Names = [Name], AcceptsTerms = true, Authorities = _server.Root };

    private Task<Running> StartAsync(AcmeSettings settings, bool answers = true) => StartAsync(settings, new FileAcmeStore(_directory), answers);

    private async Task<Running> StartAsync(AcmeSettings settings, IAcmeStore store, bool answers = true)
    {
        var log = new Lines();
        var until = OwnCertificate.OfServer(_own, () => ["localhost"], TimeProvider.System, NullLogger<OwnCertificate>.Instance);
        var certificate = await AcmeCertificate.OpenAsync(settings, store, _cipher, until, TimeProvider.System, log, CancellationToken.None);
        var challenges = answers ? await ChallengeServer.StartAsync(new(IPAddress.Loopback, _port), certificate, CancellationToken.None) : null;
        certificate.Begin();
        return new(certificate, log, challenges);
    }

    private sealed class Running(AcmeCertificate certificate, Lines log, IAsyncDisposable? challenges) : IAsyncDisposable
    {
        public AcmeCertificate Certificate => certificate;

        public Lines Log => log;

        public async ValueTask DisposeAsync()
        {
            if (challenges is not null)
                await challenges.DisposeAsync();
            certificate.Dispose();
        }
    }

    [SuppressMessage("Reliability", "CA1001", Justification = "It ends with its test.")]
    private sealed class Lines : ILogger<AcmeCertificate>
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly SemaphoreSlim _more = new(0);

        /// <summary>The line with a text, now or later; the second with it, or the third.</summary>
        public async Task<string> LineAsync(string text, int number = 1)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                if (_lines.Where(line => line.Contains(text, StringComparison.Ordinal)).Skip(number - 1).FirstOrDefault() is { } found)
                    return found;
                try
                {
                    await _more.WaitAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"no line with '{text}' in:\n{string.Join('\n', _lines)}");
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _lines.Enqueue(formatter(state, exception));
            _more.Release();
        }
    }
}
