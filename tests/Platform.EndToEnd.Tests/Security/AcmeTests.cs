using Platform.Api.Tests.Security.Certificates;
using Platform.Client;
using Platform.EndToEnd.Tests.Harness;
using Platform.Tests.Hosting;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>The real program with a certificate by ACME.</summary>
public sealed class AcmeTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestDirectory directory = new();

    [Fact]
    public async Task The_program_gets_its_certificate_and_the_next_one_while_it_runs_and_keeps_it_over_a_restart()
    {
        var (port, proofs) = (FreePorts.Take(), FreePorts.Take());
        await using var authority = await AcmeServer.StartAsync(proofs);
        authority.Life = TimeSpan.FromSeconds(15);
        string[] arguments =
        [
            "dev", "--port", $"{port}", "--data", directory.Of("data"), "--no-dns", "--tls-name", "localhost", "--acme-directory", authority.Directory, "--acme-accept-terms",
            "--acme-ca", directory.Write("roots.pem", authority.Root), "--acme-listen", $"127.0.0.1:{proofs}",
        ];
        using var client = new PlatformClient(new() { Url = new Uri($"https://localhost:{port}"), Trust = ClusterTrust.OfAuthorities(authority.Root) });
        await using (var server = RunningProcess.Start("control plane", directory.Path, arguments))
        {
            await server.LineAsync(line => line.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            await server.LineAsync(line => line.Contains("is for localhost, until", StringComparison.Ordinal), Patience);
            (await client.ListAgentsAsync()).Count.ShouldBe(1);
            await server.LineAsync(line => line.Contains("is asked of 127.0.0.1: it ends at", StringComparison.Ordinal), Patience);
            authority.Life = TimeSpan.FromDays(90);
            using var limit = new CancellationTokenSource(Patience);
            while (authority.Issued.Count < 2)
                await Task.Delay(50, limit.Token);
            output.WriteLine(server.Log);
        }
        await using (var server = RunningProcess.Start("control plane", directory.Path, arguments))
        {
            await server.LineAsync(line => line.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            (await client.ListAgentsAsync()).Count.ShouldBe(1);
        }
        authority.Accounts.ShouldBe(1);
        authority.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_work_is_told_before_anything_starts()
    {
        var wrong = await Executable.RunAsync(directory.Path, ["dev", "--acme-directory", "http://example.org/directory", "--tls-name", "*.example.org", "--acme-listen", "80", "--tls-certificate", "x.pem", "--acme-account", "a"]);
        wrong.ExitCode.ShouldBe(2);
        foreach (var part in (string[])["begins with https://", "*.example.org", "ADDRESS:PORT", "leave one of them out", "give both"])
            wrong.Error.ShouldContain(part);
        (await Executable.RunAsync(directory.Path, ["dev", "--acme-directory", "https://example.org/directory"])).Error.ShouldContain("needs --tls-name");
        (await Executable.RunAsync(directory.Path, ["dev", "--acme-accept-terms"])).Error.ShouldContain("--acme-accept-terms needs --acme-directory");
    }

    public void Dispose() => directory.Dispose();
}
