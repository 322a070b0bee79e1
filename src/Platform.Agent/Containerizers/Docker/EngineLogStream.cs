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
    private readonly byte[] _header = new byte[HeaderSize];
    private byte[] _entry = new byte[4096];

    private EngineLogStream(HttpClient http, HttpResponseMessage response, Stream stream) => (_http, _response, _stream) = (http, response, stream);

    /// <summary>Opens the stream of a container without a terminal: all entries from a time on, and those to come until it ends.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="id">The container.</param>
    /// <param name="since">Seconds since 1970 with nine places; null: from the beginning.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HttpRequestException">The engine does not answer, or the container is gone.</exception>
    public static async Task<EngineLogStream> OpenAsync(DockerEngine engine, string id, string? since, CancellationToken cancellation)
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
                new Uri($"{host}{version}/containers/{id}/logs?follow=1&stdout=1&stderr=1&timestamps=1{from}"), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
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

    /// <summary>The next entry: whether it is of standard error, and its bytes, its time first. Null: the end. Valid until the next call.</summary>
    public async ValueTask<(bool IsError, ReadOnlyMemory<byte> Bytes)?> NextAsync(CancellationToken cancellation)
    {
        var got = await _stream.ReadAtLeastAsync(_header, HeaderSize, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (got < HeaderSize)
            return null;
        var size = (int)BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        if (size is < 0 or > LongestEntry)
            throw new IOException($"an entry of {(uint)size} bytes");
        if (size > _entry.Length)
            _entry = new byte[size];
        await _stream.ReadExactlyAsync(_entry.AsMemory(0, size), cancellation).ConfigureAwait(false);
        return (_header[0] == 2, _entry.AsMemory(0, size));
    }

    public void Dispose()
    {
        _response.Dispose();
        _http.Dispose();
    }
}
