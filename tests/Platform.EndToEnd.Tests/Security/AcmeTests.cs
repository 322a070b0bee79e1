using Platform.Api.Tests.Security.Certificates;
using Platform.Client;
using Platform.EndToEnd.Tests.Harness;
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
            await AgentAsync(client);
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
            await AgentAsync(client);
        }
        authority.Accounts.ShouldBe(1);
        authority.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_work_is_told_before_anything_starts()
    {
        // What is wrong with each option by itself, and what is wrong with them together.
        var wrong = await Executable.RunAsync(directory.Path, ["dev", "--acme-directory", "http://example.org/directory", "--tls-name", "example.org", "--acme-listen", "80"]);
        wrong.ExitCode.ShouldBe(2);
        foreach (var part in (string[])["begins with https://", "ADDRESS:PORT"])
            wrong.Error.ShouldContain(part);
        var contradictory = await Executable.RunAsync(directory.Path, ["dev", "--acme-directory", "https://example.org/directory", "--tls-name", "*.example.org", "--tls-certificate", "x.pem", "--acme-account", "a"]);
        contradictory.ExitCode.ShouldBe(2);
        foreach (var part in (string[])["*.example.org", "leave one of them out", "give both"])
            contradictory.Error.ShouldContain(part);
        (await Executable.RunAsync(directory.Path, ["dev", "--acme-directory", "https://example.org/directory"])).Error.ShouldContain("needs --tls-name");
        (await Executable.RunAsync(directory.Path, ["dev", "--acme-accept-terms"])).Error.ShouldContain("--acme-accept-terms needs --acme-directory");
    }

    // The agent inside of it dials in by itself, over the same certificate.
    private static async Task AgentAsync(PlatformClient client)
    {
        using var limit = new CancellationTokenSource(Patience);
        while ((await client.Agents.ListAsync(limit.Token)).Count == 0)
            await Task.Delay(50, limit.Token);
    }

    public void Dispose() => directory.Dispose();
}
