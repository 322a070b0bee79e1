using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Platform.Benchmarks.Frameworks;

/// <summary>A scheduler's stream by Mesos' API in JSON, and the calls that go with it.</summary>
internal sealed class FrameworkStream : IDisposable
{
    private const string StreamHeader = "Mesos-Stream-Id";

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly BufferedStream _body;
    private string _id = "";

    private FrameworkStream(HttpClient http, HttpResponseMessage response, Stream body)
    {
        _http = http;
        _response = response;
        _body = new(body, 64 * 1024);
    }

    public static async Task<FrameworkStream> OpenAsync(HttpClient http, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler")
        {
            Content = new StringContent($$$$"""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"{{{{name}}}}","failover_timeout":600}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var stream = new FrameworkStream(http, response, await response.Content.ReadAsStreamAsync());
        var first = await stream.NextAsync(CancellationToken.None) ?? throw new InvalidOperationException("the stream ended before it began");
        stream._id = first.GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;
        return stream;
    }

    /// <summary>The next event; null: the stream has ended.</summary>
    public async Task<JsonElement?> NextAsync(CancellationToken cancellation)
    {
        var length = 0;
        var digit = new byte[1];
        while (true)
        {
            if (await _body.ReadAsync(digit, cancellation) == 0)
                return null;
            if (digit[0] == '\n')
                break;
            length = (length * 10) + (digit[0] - '0');
        }
        var record = new byte[length];
        await _body.ReadExactlyAsync(record, cancellation);
        return JsonElement.Parse(record);
    }

    /// <summary>A call with the members of its own.</summary>
    public async Task CallAsync(string type, string members)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler")
        {
            Content = new StringContent($$$"""{"framework_id":{"value":"{{{_id}}}"},"type":"{{{type}}}","{{{type.ToLower(CultureInfo.InvariantCulture)}}}":{{{members}}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(StreamHeader, _response.Headers.GetValues(StreamHeader));
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        _body.Dispose();
        _response.Dispose();
    }
}
