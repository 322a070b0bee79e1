namespace Platform.Dashboard.Live;

/// <summary>What has changed since it was read last. Safe to use from several threads.</summary>
internal sealed class Dirt
{
    private readonly Lock _lock = new();
    private Taken _now = new();

    public void Add(string? app, string? agent, string? group, bool deployments, bool agentList = false, string? job = null)
    {
        lock (_lock)
        {
            if (app is not null)
                _now.Apps.Add(app);
            if (agent is not null && agentList)
                _now.Agents.Add(agent);
            if (job is not null)
                _now.Jobs.Add(job);
            if (group is not null)
                _now.Groups.Add(group);
            _now.Deployments |= deployments;
            _now.AgentList |= agentList;
        }
    }

    /// <summary>Anything may have changed.</summary>
    public void AddAll()
    {
        lock (_lock)
            _now.Everything = true;
    }

    public Taken Take()
    {
        lock (_lock)
        {
            var taken = _now;
            _now = new();
            return taken;
        }
    }

    internal sealed class Taken
    {
        public HashSet<string> Apps { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Agents { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Jobs { get; } = new(StringComparer.Ordinal);

        public bool Deployments { get; set; }

        public bool AgentList { get; set; }

        public bool Everything { get; set; }
    }
}
