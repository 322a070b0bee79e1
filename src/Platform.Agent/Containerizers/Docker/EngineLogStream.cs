using System.Buffers.Binary;
using System.Net.Sockets;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// The engine's stream of a container's output, entry by entry. The client library joins the frames of entries into one stream, and where an
/// entry begins cannot be told in that: so this one request is made without it.
/// </summary>
internal sealed class EngineLogStream : IDisposable
{
    private const int HeaderSize = 8;
    private const int LongestEntry = 8 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[64 * 1024];
    private int _from;
    private int _to;

    private EngineLogStream(HttpClient http, HttpResponseMessage response, Stream stream) => (_http, _response, _stream) = (http, response, stream);

    /// <summary>Opens the stream of a container without a terminal: all entries from a time on.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="id">The container.</param>
    /// <param name="since">Seconds since 1970 with nine places; null: from the beginning.</param>
    /// <param name="follow">And those to come until it ends.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HttpRequestException">The engine does not answer, or the container is gone.</exception>
    public static async Task<EngineLogStream> OpenAsync(DockerEngine engine, string id, string? since, bool follow, CancellationToken cancellation)
    {
        var endpoint = engine.Endpoint;
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (endpoint.Scheme == "unix")
        {
            handler.ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.LocalPath), token).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        HttpResponseMessage? response = null;
        try
        {
            var host = endpoint.Scheme == "unix" ? "http://docker" : $"http://{endpoint.Authority}";
            var version = engine.ApiVersion is { } spoken ? $"/v{spoken}" : "";
            var from = since is null ? "" : $"&since={since}";
            response = await http.GetAsync(
                new Uri($"{host}{version}/containers/{id}/logs?follow={(follow ? 1 : 0)}&stdout=1&stderr=1&timestamps=1{from}"), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            return new EngineLogStream(http, response, await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        }
        catch
        {
            response?.Dispose();
            http.Dispose();
            throw;
        }
    }

    /// <summary>Waits for more. False: the end.</summary>
    /// <exception cref="IOException">The engine broke off, or it does not speak as expected.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        var needed = _to < HeaderSize ? HeaderSize : HeaderSize + EntrySize();
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, needed);
        var got = await _stream.ReadAsync(_buffer.AsMemory(_to), cancellation).ConfigureAwait(false);
        if (got == 0 && _to > 0)
            throw new EndOfStreamException("the engine broke off within an entry");
        _to += got;
        return got > 0;
    }

    /// <summary>The next entry of what was read: whether it is of standard error, and its bytes, its time first. Valid until the next read.</summary>
    /// <returns>False: no more of it is whole.</returns>
    public bool TryNext(out bool isError, out ReadOnlyMemory<byte> entry)
    {
        (isError, entry) = (false, default);
        if (_to - _from < HeaderSize || _to - _from < HeaderSize + EntrySize())
            return false;
        isError = _buffer[_from] == 2;
        entry = _buffer.AsMemory(_from + HeaderSize, EntrySize());
        _from += HeaderSize + entry.Length;
        return true;
    }

    private int EntrySize()
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_from + 4));
        return size <= LongestEntry ? (int)size : throw new IOException($"an entry of {size} bytes");
    }

    public void Dispose()
    {
        _response.Dispose();
        _http.Dispose();
    }
}
