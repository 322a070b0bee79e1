using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Mesos.Protocol;

namespace Platform.Api.Tests.Mesos;

/// <summary>An endless answer as its client reads it.</summary>
internal sealed class MesosStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly RecordIoDecoder _decoder = new();
    private readonly Queue<byte[]> _records = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private MesosStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
    }

    /// <summary>What calls of a scheduler carry.</summary>
    public string Id => _response.Headers.GetValues("Mesos-Stream-Id").Single();

    public static async Task<MesosStream> OpenAsync(HttpClient http, string path, string call, string accept = "application/json", string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(call, Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next record; null: the stream has ended.</summary>
    public async Task<byte[]?> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await NextAsync(patience.Token);
    }

    private async Task<byte[]?> NextAsync(CancellationToken patience)
    {
        while (_records.Count == 0)
        {
            var count = await _body.ReadAsync(_buffer, patience);
            if (count == 0)
                return null;
            foreach (var record in _decoder.Decode(_buffer.AsSpan(0, count)))
                _records.Enqueue(record);
        }
        return _records.Dequeue();
    }

    /// <summary>The next event that is as wanted; what comes before it is passed over.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> wanted)
    {
        // Heartbeats do not count.
        using var patience = new CancellationTokenSource(Patience);
        while (await NextAsync(patience.Token) is { } record)
        {
            var json = JsonElement.Parse(record);
            if (wanted(json))
                return json;
        }
        throw new EndOfStreamException("The stream has ended.");
    }

    /// <summary>The next event of a type.</summary>
    public Task<JsonElement> UntilAsync(string type) => UntilAsync(json => json.GetProperty("type").GetString() == type);

    public void Dispose()
    {
        _body.Dispose();
        _response.Dispose();
    }
}
