using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Platform.Contracts.Agents;

namespace Platform.Api.Agents;

/// <summary>Reads an agent's frames, checks their size and form, and keeps no large buffer while the agent is silent.</summary>
internal sealed class FrameReader(WebSocket socket)
{
    private const int SmallBuffer = 4 * 1024;

    /// <summary>The next frame; null when the agent closes.</summary>
    /// <exception cref="SessionFault">The frame is too large or malformed.</exception>
    public async Task<AgentMessage?> ReadAsync(CancellationToken cancellation)
    {
        // Waits without a buffer of its own, so that thousands of silent sessions hold none.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        if (first.MessageType == WebSocketMessageType.Close)
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            var length = 0;
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (result.MessageType == WebSocketMessageType.Close)
                    return null;
                length += result.Count;
                if (length > AgentSessionJson.MaxFrameBytes)
                    throw new SessionFault($"a frame is larger than {AgentSessionJson.MaxFrameBytes} bytes", WebSocketCloseStatus.MessageTooBig);
                if (result.EndOfMessage)
                    return Parse(buffer.AsSpan(0, length));
                if (length == buffer.Length)
                    buffer = Grow(buffer, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static AgentMessage Parse(ReadOnlySpan<byte> frame)
    {
        AgentMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(frame, AgentSessionJson.Default.AgentMessage);
        }
        catch (JsonException malformed)
        {
            throw new SessionFault($"malformed frame: {malformed.Message}", WebSocketCloseStatus.InvalidPayloadData);
        }
        if (message is null || !IsComplete(message))
            throw new SessionFault("malformed frame: something that must be given is null or empty", WebSocketCloseStatus.InvalidPayloadData);
        return message;
    }

    private static bool IsComplete(AgentMessage message)
    {
        foreach (var update in message.Updates)
        {
            if (update is null || !IsNamed(update.TaskId) || !IsNamed(update.Owner))
                return false;
        }
        foreach (var chunk in message.Files)
        {
            if (chunk?.RequestId is null)
                return false;
        }
        foreach (var output in message.Exec)
        {
            if (output?.Id is null || output.Bytes is null)
                return false;
        }
        foreach (var request in message.TokenRequests)
        {
            if (request?.RequestId is null || !IsNamed(request.TaskId) || !IsNamed(request.Owner) || request.Audience.Any(name => name is null))
                return false;
        }
        if (message.Register is not { } registration)
            return true;
        foreach (var task in registration.Tasks)
        {
            if (task?.Resources is null || task.Status is null || !IsNamed(task.Status.TaskId) || !IsNamed(task.Status.Owner))
                return false;
        }
        return IsNamed(registration.AgentId) && IsNamed(registration.Name) && IsNamed(registration.Hostname) && registration.Resources is not null
            && registration.Run is not null && registration.Attributes is not null;
    }

    private static bool IsNamed(string? text) => !string.IsNullOrEmpty(text);
}
