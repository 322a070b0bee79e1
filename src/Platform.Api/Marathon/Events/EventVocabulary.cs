using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Events;

namespace Platform.Api.Marathon.Events;

/// <summary>Users are told events as Marathon told them.</summary>
public sealed class EventVocabulary : IEventVocabulary
{
    /// <inheritdoc/>
    public string TypeOf(PlatformEvent happened) => happened.Type ?? EventTypes.Of(happened.What);

    /// <inheritdoc/>
    public string JsonOf(PlatformEvent happened) => happened.Json ?? EventJson.Of(happened.What, happened.Timestamp);
}
