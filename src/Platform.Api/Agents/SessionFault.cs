using System.Net.WebSockets;

namespace Platform.Api.Agents;

/// <summary>The agent does not keep to the protocol; the message is the reason of the close.</summary>
internal sealed class SessionFault(string message, WebSocketCloseStatus status = WebSocketCloseStatus.PolicyViolation) : Exception(message)
{
    /// <summary>The status of the close.</summary>
    public WebSocketCloseStatus Status { get; } = status;
}
