using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace Platform.Mesos.Protocol;

/// <summary>A message of libprocess as it came: a request of HTTP with no answer but that it was taken.</summary>
/// <param name="To">The name of the process that it is for, as in <c>master</c>.</param>
/// <param name="Name">What it is, as in <c>mesos.scheduler.Call</c>.</param>
/// <param name="From">Who sends it; null: it does not say, or not so that it can be read.</param>
/// <param name="Host">The header <c>Host</c>: the receiver's address as the sender knows it; empty: it does not say.</param>
/// <param name="Body">The message in protobuf.</param>
internal sealed record ProcessMessage(string To, string Name, ProcessId? From, string Host, byte[] Body)
{
    /// <summary>How a message is sent, as libprocess sends it: in one chunk, or without a body if it is empty.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="name">What it is.</param>
    /// <param name="message">The message.</param>
    public static byte[] Encode(ProcessId from, ProcessId to, string name, IMessage message)
    {
        var body = message.ToByteArray();
        var head = $"POST /{to.Id}/{name} HTTP/1.1\r\nUser-Agent: libprocess/{from}\r\nLibprocess-From: {from}\r\nConnection: Keep-Alive\r\nHost: {to.EndPoint}\r\n";
        if (body.Length == 0)
            return Encoding.ASCII.GetBytes(head + "\r\n");
        var length = body.Length.ToString("x", CultureInfo.InvariantCulture);
        return [.. Encoding.ASCII.GetBytes($"{head}Transfer-Encoding: chunked\r\n\r\n{length}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
    }
}
