namespace Platform.Core.Placement;

/// <summary>The values that agents have for one field, or for something else that follows from an agent alone, numbered; -1 stands for an agent without it.</summary>
internal sealed class FieldIndex(string name, Func<PoolAgent, string?>? read = null)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> values = [];
    private int[] byAgent = [];

    public string Name { get; } = name;

    /// <summary>Whether it is not a field of agents, but something that follows from them.</summary>
    public bool IsDerived => read is not null;

    /// <summary>How many values have been seen.</summary>
    public int ValueCount => values.Count;

    public int ValueOf(int agent) => agent < byAgent.Length ? byAgent[agent] : -1;

    public string TextOf(int value) => values[value];

    public int NumberOf(string value) => numbers.GetValueOrDefault(value, -1);

    public void Set(int agent, PoolAgent? spec)
    {
        if (agent >= byAgent.Length)
        {
            var before = byAgent.Length;
            Array.Resize(ref byAgent, Math.Max(16, Math.Max(agent + 1, before * 2)));
            Array.Fill(byAgent, -1, before, byAgent.Length - before);
        }

        var text = spec is null ? null : read is null ? Read(Name, spec) : read(spec);
        if (text is null)
        {
            byAgent[agent] = -1;
            return;
        }

        if (!numbers.TryGetValue(text, out var number))
        {
            number = values.Count;
            values.Add(text);
            numbers[text] = number;
        }

        byAgent[agent] = number;
    }

    /// <summary>The value of a field as Marathon reads it; null when the agent has none.</summary>
    public static string? Read(string field, PoolAgent agent) => field switch
    {
        "hostname" or "@hostname" => agent.Hostname,
        "@region" => agent.Region,
        "@zone" => agent.Zone,
        _ => agent.Attributes.GetValueOrDefault(field),
    };
}
