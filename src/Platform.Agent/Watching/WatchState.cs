using Platform.Core.Jobs;

namespace Platform.Agent.Watching;

/// <summary>What outlives the agent's process of the folders that it watches.</summary>
internal sealed record WatchState
{
    /// <summary>The number of the file that was told of last.</summary>
    public long Last { get; init; }

    /// <summary>Each thing that is looked for.</summary>
    public List<WatchedFolder> Folders { get; init; } = [];
}

/// <summary>What was seen for one watch.</summary>
internal sealed record WatchedFolder
{
    /// <summary>What is looked for.</summary>
    public required FileWatch Watch { get; init; }

    /// <summary>It was looked through once: what was there before the job began to wait is among what was seen.</summary>
    public bool Begun { get; set; }

    /// <summary>By name, a mark of the file as it was when it was told of; of files that are gone there is none.</summary>
    public Dictionary<string, string> Seen { get; init; } = [];

    /// <summary>Files that no job has taken yet, by their number.</summary>
    public Dictionary<string, string> Untaken { get; init; } = [];
}
