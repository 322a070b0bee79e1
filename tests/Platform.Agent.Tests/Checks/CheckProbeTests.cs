using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Checks;

public sealed class CheckProbeTests : IDisposable
{
    private readonly ProcessWatcher _watcher = new();
    private readonly CheckProbe _probe;

    public CheckProbeTests() => _probe = new CheckProbe(TimeProvider.System);

    public void Dispose()
    {
        _probe.Dispose();
        _watcher.Dispose();
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(302, true)]
    [InlineData(399, true)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    public async Task An_http_status_from_200_to_399_is_a_success(int status, bool success)
    {
        await using var server = await AnswerAsync(context => { context.Response.StatusCode = context.Request.Path == "/health" ? status : 418; });
        var outcome = await LookAsync(new CheckSpec { Kind = CheckKind.Http, Port = PortOf(server), Path = "/health" });
        (outcome.Success, outcome.Status).ShouldBe((success, status));
        if (!success)
            outcome.Message.ShouldBe($"HTTP status {status} from port {PortOf(server)}");
    }

    [Fact]
    public async Task Readiness_means_one_of_the_given_statuses_and_keeps_the_answer_if_asked()
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = 202;
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync("almost");
        });
        var check = new CheckSpec { Purpose = CheckPurpose.Readiness, Port = PortOf(server), PreserveLastResponse = true };
        var outcome = await LookAsync(check);
        (outcome.Success, outcome.Status, outcome.ContentType, outcome.Body).ShouldBe((false, 202, "text/plain", "almost"));
        (await LookAsync(check with { ReadyStatusCodes = [200, 202] })).Success.ShouldBe(true);
    }

    [Fact]
    public async Task A_port_on_which_somebody_listens_is_a_success_and_another_is_not()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        // The port is taken by this test all the time, so that nobody else can begin to listen on it.
        var outcome = await LookAsync(new CheckSpec { Kind = CheckKind.Tcp, Port = port });
        outcome.Success.ShouldBe(false);
        outcome.Message.ShouldBe($"port {port}: Connection refused");
        socket.Listen();
        (await LookAsync(new CheckSpec { Kind = CheckKind.Tcp, Port = port })).Success.ShouldBe(true);
    }

    [Theory]
    [InlineData("test \"$ONE\" = 1", true, 0)]
    [InlineData("exit 9", false, 9)]
    public async Task A_command_is_judged_by_its_exit_status(string line, bool success, int status)
    {
        var check = new CheckSpec { Kind = CheckKind.Command, Command = new CommandSpec { Shell = line } };
        var outcome = await LookAsync(check, Beside("/", "ONE=1", "PATH=/usr/bin:/bin"));
        (outcome.Success, outcome.Status).ShouldBe((success, status));
    }

    [Fact]
    public async Task A_command_that_takes_too_long_has_failed_and_is_killed()
    {
        using var folder = new TestFolder();
        var check = new CheckSpec { Kind = CheckKind.Command, TimeoutSeconds = 0.5, Command = new CommandSpec { Shell = "echo $$ > pid; exec sleep 100000" } };
        var outcome = await LookAsync(check, Beside(folder.Path, "PATH=/usr/bin:/bin"));
        (outcome.Success, outcome.Message).ShouldBe((false, "no answer within 0.5 s"));
        // It may have been killed before it wrote its id.
        if (File.Exists(folder.File("pid")) && int.TryParse(await File.ReadAllTextAsync(folder.File("pid")), out var pid))
            ProcessTable.Read(pid).ShouldBeNull();
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_a_failure()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var outcome = await LookAsync(new CheckSpec { Port = PortOf(server), TimeoutSeconds = 0.2 });
        (outcome.Success, outcome.Message).ShouldBe((false, "no answer within 0.2 s"));
    }

    [Fact]
    public async Task Https_is_looked_at_whatever_the_certificate_and_plain_http_is_not_https()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=somebody.else", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        // Signed by itself, for another name, and expired.
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(-1));
        await using var server = await ServeAsync(
            context => { context.Response.StatusCode = context.Request.Path == "/well" ? 204 : 503; return Task.CompletedTask; },
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var check = new CheckSpec { Kind = CheckKind.Https, Port = PortOf(server), Path = "/well" };
        var outcome = await LookAsync(check);
        (outcome.Success, outcome.Status).ShouldBe((true, 204), outcome.Message);
        outcome = await LookAsync(check with { Path = "/ill" });
        (outcome.Success, outcome.Message).ShouldBe((false, $"HTTP status 503 from port {check.Port}"));
        (await LookAsync(check with { Kind = CheckKind.Http })).Success.ShouldBe(false);

        await using var plain = await AnswerAsync(context => context.Response.StatusCode = 200);
        outcome = await LookAsync(check with { Port = PortOf(plain) });
        outcome.Success.ShouldBe(false);
        outcome.Message.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_check_of_ipv6_looks_at_that_address_alone()
    {
        Socket.OSSupportsIPv6.ShouldBeTrue("these tests need the loopback address of IPv6");
        await using var server = await ServeAsync(
            context => { context.Response.StatusCode = 200; return Task.CompletedTask; }, kestrel => kestrel.Listen(IPAddress.IPv6Loopback, 0));
        var port = PortOf(server);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // The same port of IPv4 is held, so that nobody answers there.
        other.Bind(new IPEndPoint(IPAddress.Loopback, port));
        foreach (var kind in new[] { CheckKind.Http, CheckKind.Tcp })
        {
            (await LookAsync(new CheckSpec { Kind = kind, Port = port, Ipv6 = true })).Success.ShouldBe(true, $"{kind}");
            (await LookAsync(new CheckSpec { Kind = kind, Port = port })).Success.ShouldBe(false, $"{kind}");
        }
    }

    [Fact]
    public async Task A_task_that_listens_on_its_agents_own_loopback_address_is_looked_at_there_first()
    {
        await using var server = await ServeAsync(
            context => { context.Response.StatusCode = 200; return Task.CompletedTask; }, kestrel => kestrel.Listen(IPAddress.Parse("127.0.0.7"), 0));
        var port = PortOf(server);
        // Somebody else's, on the usual one.
        await using var stranger = await ServeAsync(
            context => { context.Response.StatusCode = 500; return Task.CompletedTask; }, kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var target = new CheckTarget { Address = "127.0.0.7" };

        (await LookAsync(new CheckSpec { Kind = CheckKind.Http, Port = port }, target)).Success.ShouldBe(true);
        (await LookAsync(new CheckSpec { Kind = CheckKind.Tcp, Port = port }, target)).Success.ShouldBe(true);
        (await LookAsync(new CheckSpec { Kind = CheckKind.Http, Port = port })).Success.ShouldBe(false);
    }

    private Task<CheckOutcome> LookAsync(CheckSpec check, CheckTarget? target = null) =>
        _probe.LookAsync(check, target ?? new CheckTarget(), CancellationToken.None).BeforeDeadline();

    private CheckTarget Beside(string folder, params string[] environment) => new()
    {
        Execute = (command, cancellation) => new CommandRun(_watcher)
        {
            Command = TaskEnvironment.Command(command),
            Environment = environment,
            Folder = folder,
        }.RunAsync(cancellation),
    };

    private static int PortOf(WebApplication server) => new Uri(server.Urls.First()).Port;

    private static Task<WebApplication> AnswerAsync(Action<HttpContext> handle) => ServeAsync(context =>
    {
        handle(context);
        return Task.CompletedTask;
    });

    private static async Task<WebApplication> ServeAsync(RequestDelegate handle, Action<KestrelServerOptions>? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listen ?? (kestrel => kestrel.Listen(IPAddress.Loopback, 0)));
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }
}
