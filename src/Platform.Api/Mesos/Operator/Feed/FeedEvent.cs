using Platform.Core.Collections;
using Platform.Mesos.Protocol;
using Event = Platform.Mesos.Wire.Operator.Event;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>Something that changed, for everybody who may see it. It is written once for each content.</summary>
/// <param name="message">What subscribers are told.</param>
/// <param name="subjects">Resources of which one must be readable for who sees it; none: all of the cluster must be.</param>
internal sealed class FeedEvent(Event message, ValueList<string> subjects)
{
    private byte[]? _json;
    private byte[]? _protobuf;

    public Event Message => message;

    public ValueList<string> Subjects => subjects;

    /// <summary>The record.</summary>
    public byte[] Record(MesosContent content) => content == MesosContent.Json
        ? _json ??= RecordIo.Encode(content.Encode(message))
        : _protobuf ??= RecordIo.Encode(content.Encode(message));
}
