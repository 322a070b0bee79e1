namespace Platform.Core.Placement;

/// <summary>The values that agents have for one field, numbered; -1 stands for an agent without the field.</summary>
internal sealed class FieldIndex(string name)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> values = [];
    private int[] byAgent = [];

    public string Name { get; } = name;

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

        var text = spec is null ? null : Read(Name, spec);
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
