using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Tests.Http;

/// <summary>An answer may ask grains itself while it is given, as a stream of events does.</summary>
public class ApiRouterTests
{
    [Fact]
    public async Task An_answer_that_fails_before_it_begins_becomes_an_error_in_the_usual_shape()
    {
        var (http, body) = await InvokeAsync(_ => throw new TimeoutException("nobody answered"));

        http.Status.ShouldBe(503);
        body.ShouldBe("""{"message":"nobody answered"}""");
    }

    [Fact]
    public async Task An_answer_that_fails_on_its_way_is_cut_off()
    {
        var (http, body) = await InvokeAsync(async http =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.StartAsync();
            throw new TimeoutException("nobody answered");
        });

        body.ShouldBe("begun");
        http.IsCut.ShouldBeTrue();
    }

    private static async Task<((int Status, bool IsCut) Http, string Body)> InvokeAsync(Func<HttpContext, Task> answer)
    {
        var http = new DefaultHttpContext { Request = { Method = "GET" } };
        using var body = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        http.Features.Set<IHttpResponseFeature>(new StartedOnWrite(body));
        using var connection = new Connection();
        http.Features.Set<IHttpRequestLifetimeFeature>(connection);
        var router = new ApiRouter(NullLogger.Instance);
        router.Get("/answer", _ => Task.FromResult<IResult>(new Streaming(answer))).Needs(Right.Open);
        http.Features.Set(new Access(Identity.Anonymous, AccessRights.None));

        await router.InvokeAsync(http, "/answer");

        await http.Response.BodyWriter.FlushAsync();
        return ((http.Response.StatusCode, connection.RequestAborted.IsCancellationRequested), Encoding.UTF8.GetString(body.ToArray()));
    }

    private sealed class Streaming(Func<HttpContext, Task> answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => answer(httpContext);
    }

    private sealed class StartedOnWrite(MemoryStream body) : HttpResponseFeature
    {
        public override bool HasStarted => body.Length > 0;
    }

    private sealed class Connection : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _cut = new();

        public Connection() => RequestAborted = _cut.Token;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => _cut.Cancel();

        public void Dispose() => _cut.Dispose();
    }
}
