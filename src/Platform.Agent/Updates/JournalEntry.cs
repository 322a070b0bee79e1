using Platform.Core.Tasks;

namespace Platform.Agent.Updates;

/// <summary>One line of the journal of updates; one of its members is given.</summary>
internal sealed record JournalEntry
{
    /// <summary>An update was made.</summary>
    public TaskUpdate? Update { get; init; }

    /// <summary>The update with this id was acknowledged.</summary>
    public string? Acknowledged { get; init; }

    /// <summary>The task with this id is over and its end was acknowledged.</summary>
    public string? Forgotten { get; init; }
}
