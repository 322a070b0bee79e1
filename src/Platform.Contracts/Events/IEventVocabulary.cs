namespace Platform.Contracts.Events;

/// <summary>How users are told events: jobs wait for them by these names, and metrics count them by these.</summary>
public interface IEventVocabulary
{
    /// <summary>The type, such as <c>status_update_event</c>.</summary>
    string TypeOf(PlatformEvent happened);

    /// <summary>The whole event as a JSON object, type and time included.</summary>
    string JsonOf(PlatformEvent happened);
}
