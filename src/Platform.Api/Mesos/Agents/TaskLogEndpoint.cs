using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Api.Http;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Core.Security;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Agents;

/// <summary>What tasks write, as DC/OS' log service gave it to <c>dcos task log</c>: <c>GET /system/v1/logs/v2/task/TASK[/file/FILE]</c>.</summary>
/// <remarks>
/// <c>FILE</c> is <c>stdout</c> when it is left out. <c>?cursor=BEG</c> (the default), <c>END</c> or a byte; <c>skip</c> so many lines from there, fewer than 0
/// backwards, within the last mebibyte; <c>limit</c> lines at most, 0: all. <c>Accept: text/event-stream</c> follows the file, also across rotations, until the
/// task has ended, and its ids are cursors (<c>Last-Event-ID</c>); <c>application/json</c> answers with an entry on each line, anything else with the lines.
/// </remarks>
internal sealed class TaskLogEndpoint(IGrainFactory grains, PictureReader pictures, TimeProvider time)
{
    private const string Begin = "BEG";
    private const string End = "END";

    /// <summary>How much is read at once, and how far back the lines before the end are looked for.</summary>
    private const int Part = 1024 * 1024;

    private const double Wait = 10;

    // An agent that many follow at once may answer without waiting.
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(1);

    public async Task ServeAsync(HttpContext http)
    {
        var id = http.GetRouteValue("task") as string ?? "";
        // Who may not read a task's files does not learn whether it is there.
        http.Access().Demand(AccessAction.Read, TaskOwnership.SandboxOf(id));
        var query = http.Request.Query;
        var cursor = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : query["cursor"].ToString() is { Length: > 0 } given ? given : Begin;
        var (skip, limit) = (Number(query["skip"], "skip"), Number(query["limit"], "limit"));
        if (cursor is not (Begin or End) && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw MesosRefusal.BadRequest($"'{cursor}' is no cursor; use BEG, END or the number of a byte");
        if (limit < 0)
            throw MesosRefusal.BadRequest($"limit {limit} is less than 0");

        var cluster = await pictures.ReadAsync();
        var task = cluster.Frameworks.SelectMany(framework => framework.Tasks).LastOrDefault(task => task.Task.TaskId.Value == id) ?? throw MesosRefusal.NotFound($"Task '{id}' does not exist");
        http.Access().Demand(AccessAction.Read, TaskOwnership.SandboxOf(task.Sandbox));
        var file = http.GetRouteValue("file") is string { Length: > 0 } named ? named : "stdout";
        await new Reading(http, grains.GetGrain<IAgentGrain>(task.AgentId), task.Sandbox, file, time).SendAsync(cursor, skip, limit);
    }

    private static long Number(string? text, string name) => string.IsNullOrEmpty(text) ? 0
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw MesosRefusal.BadRequest($"{name} '{text}' is no number");

    /// <summary>One answer.</summary>
    private sealed class Reading
    {
        private readonly HttpContext _http;
        private readonly IAgentGrain _agent;
        private readonly TimeProvider _time;
        private readonly string _sandbox;
        private readonly bool _follows;
        private readonly bool _isJson;
        private readonly ArrayBufferWriter<byte> _line = new();
        private FileRequest _request;
        private long _skip;
        private long _left;

        public Reading(HttpContext http, IAgentGrain agent, string sandbox, string file, TimeProvider time)
        {
            (_http, _agent, _sandbox, _time) = (http, agent, sandbox, time);
            var accepts = http.Request.Headers.Accept.ToString();
            _follows = accepts.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
            _isJson = !_follows && accepts.Contains("application/json", StringComparison.OrdinalIgnoreCase);
            _request = new() { TaskId = sandbox, Path = file, Length = Part, Rotation = _follows ? "" : null };
        }

        public async Task SendAsync(string cursor, long skip, long limit)
        {
            (_skip, _left) = (Math.Max(0, skip), limit == 0 ? long.MaxValue : limit);
            var first = await AskAsync(_request with { Offset = cursor == End ? -Part : cursor == Begin ? 0 : long.Parse(cursor, CultureInfo.InvariantCulture) });
            var bytes = first.Bytes.AsMemory();
            if (cursor == End)
                bytes = bytes[StartOfLast(bytes.Span, -Math.Min(0, skip))..];

            var response = _http.Response;
            response.ContentType = _follows ? "text/event-stream" : _isJson ? "application/json" : "text/plain; charset=utf-8";
            response.Headers.CacheControl = "no-cache, no-store";
            if (HttpMethods.IsHead(_http.Request.Method))
                return;
            var stopping = _http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_http.RequestAborted, stopping);
            try
            {
                if (_follows)
                {
                    _http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
                    await response.Body.FlushAsync(ended.Token);
                }
                await PumpAsync(first, bytes, ended.Token);
            }
            catch (OperationCanceledException)
            {
                // The client went away, or the server stops.
            }
            catch (Exception e) when ((e is MesosRefusal or ApiException) && response.HasStarted)
            {
                // The answer has begun: it ends so that the client sees it is not whole.
                _http.Abort();
            }
        }

        private async Task PumpAsync(FileChunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken ended)
        {
            // What is added meanwhile is waited for only by those who follow.
            var end = chunk.Size;
            while (true)
            {
                var asked = _time.GetTimestamp();
                var next = chunk.Offset + chunk.Bytes.Length;
                await WriteLinesAsync(bytes, next - bytes.Length, ended);
                if (_left == 0)
                    return;
                if (_follows ? chunk.Ended && !chunk.More : next >= end || chunk.Bytes.Length == 0)
                    break;
                _request = _request with { Offset = next, Rotation = chunk.Rotation, WaitSeconds = _follows ? Wait : 0 };
                chunk = await AskAsync(_request);
                bytes = chunk.Bytes;
                if (!_follows || bytes.Length > 0)
                    continue;
                // A comment, which clients pass over; it shows whether the connection still stands.
                await _http.Response.Body.WriteAsync(":\n\n"u8.ToArray(), ended);
                await _http.Response.Body.FlushAsync(ended);
                await ReviewAsync();
                if (ShortestRound - _time.GetElapsedTime(asked) is var left && left > TimeSpan.Zero)
                    await Task.Delay(left, _time, ended);
            }
            // The last line may have no end.
            if (_line.WrittenCount > 0)
                await WriteLinesAsync("\n"u8.ToArray(), chunk.Offset + chunk.Bytes.Length - 1, ended);
        }

        private async Task WriteLinesAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ended)
        {
            var output = new ArrayBufferWriter<byte>(Math.Max(256, bytes.Length));
            while (_left > 0 && bytes.Span.IndexOf((byte)'\n') is var end and >= 0)
            {
                _line.Write(bytes.Span[..end]);
                (bytes, offset) = (bytes[(end + 1)..], offset + end + 1);
                if (_skip > 0)
                {
                    _skip--;
                }
                else
                {
                    _left--;
                    Write(output, offset);
                }
                _line.ResetWrittenCount();
            }
            if (_left > 0)
                _line.Write(bytes.Span);
            // What never ends a line shall not fill the memory.
            if (_line.WrittenCount >= Part)
            {
                Write(output, offset + bytes.Length);
                _line.ResetWrittenCount();
            }
            if (output.WrittenCount == 0)
                return;
            await _http.Response.Body.WriteAsync(output.WrittenMemory, ended);
            if (_follows)
                await _http.Response.Body.FlushAsync(ended);
        }

        private void Write(ArrayBufferWriter<byte> output, long cursor)
        {
            if (!_follows && !_isJson)
            {
                output.Write(_line.WrittenSpan);
                output.Write("\n"u8);
                return;
            }
            if (_follows)
                output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {cursor}\ndata: ")));
            using (var json = new Utf8JsonWriter(output, JsonAnswer.Options))
            {
                json.WriteStartObject();
                json.WriteStartObject("fields");
                json.WriteString("MESSAGE", Encoding.UTF8.GetString(_line.WrittenSpan));
                json.WriteString("FILE", _request.Path);
                json.WriteString("CONTAINER_ID", _sandbox);
                json.WriteEndObject();
                json.WriteString("cursor", cursor.ToString(CultureInfo.InvariantCulture));
                json.WriteNumber("monotonic_timestamp", 0);
                // Lines have no time of their own: when they were read, microseconds.
                json.WriteNumber("realtime_timestamp", _time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
                json.WriteEndObject();
            }
            output.Write(_follows ? "\n\n"u8 : "\n"u8);
        }

        private async Task<FileChunk> AskAsync(FileRequest request)
        {
            var chunk = await _agent.ReadFileAsync(request);
            return chunk.Error is not { } error ? chunk
                : throw (chunk.Unreachable ? new MesosRefusal(StatusCodes.Status503ServiceUnavailable, error) : MesosRefusal.NotFound(error));
        }

        // Who logs out, or loses the right, sees no more of what comes.
        private async Task ReviewAsync()
        {
            if (_http.RequestServices.GetService<IAccessSource>() is { } source)
                (await source.IdentifyAsync(_http)).Demand(AccessAction.Read, TaskOwnership.SandboxOf(_sandbox));
        }

        /// <summary>Where the last lines begin; a line that has no end counts.</summary>
        private static int StartOfLast(ReadOnlySpan<byte> bytes, long lines)
        {
            if (lines == 0)
                return bytes.Length;
            var end = bytes is [.., (byte)'\n'] ? bytes.Length - 1 : bytes.Length;
            while (true)
            {
                end = bytes[..end].LastIndexOf((byte)'\n');
                if (end < 0 || --lines == 0)
                    return end + 1;
            }
        }
    }
}
