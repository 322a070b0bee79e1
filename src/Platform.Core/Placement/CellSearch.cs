namespace Platform.Core.Placement;

/// <summary>
/// Placement with preferences, GROUP_BY, reservations or few eligible agents. Agents that every preference and every
/// GROUP_BY judges alike form a cell with a heap by fullness; a heap of cells gives the best agent of all. Placing a task
/// changes its own cell, and makes other cells only worse, so a cell's key is computed again when it comes to the top.
/// </summary>
internal sealed class CellSearch
{
    private const long ReservedBonus = 100_000_000;
    private const long GpuPenalty = 20_000_000;
    private const long SoftTaintPenalty = -10_000_000;

    private readonly PlanDraft draft;
    private readonly PlacementPool pool;
    private readonly CompiledDemand demand;
    private readonly CountRule[] groupRules;
    private readonly CountRule[] otherRules;
    private readonly List<PreferenceScore> still = [];
    private readonly List<PreferenceScore> moving = [];
    private readonly List<FieldIndex> fields = [];
    private readonly PriorityQueue<int, CellKey> queue = new();
    private readonly List<int> parked = [];
    private readonly bool attracts;
    private readonly bool spreads;
    private Cell[] cells = [];
    private int[] values = [];
    private long[] ranks = [];
    private int[] agents = [];

    private CellSearch(PlanDraft draft)
    {
        this.draft = draft;
        pool = draft.Pool;
        demand = draft.Demand;
        spreads = demand.Strategy == PlacementStrategy.Spread;
        groupRules = [.. demand.Rules.Where(rule => rule.IsGroupBy)];
        otherRules = [.. demand.Rules.Where(rule => !rule.IsGroupBy)];
        foreach (var preference in demand.Demand.Preferences)
        {
            var score = new PreferenceScore(pool, preference, demand);
            (score.IsDynamic ? moving : still).Add(score);
            attracts |= score.Attracts;
        }

        foreach (var field in groupRules.Select(rule => rule.Field).Concat(moving.Select(score => score.Field)))
            if (!fields.Contains(field)) fields.Add(field);
    }

    private record struct Cell(int Start, int Count, long Score);

    public static void Run(PlanDraft draft)
    {
        if (draft.Left == 0 || draft.Demand.LimitReached) return;
        new CellSearch(draft).Run();
        draft.Pool.Flush();
    }

    private void Run()
    {
        Aim();
        foreach (var rule in otherRules)
            if (rule.PicksCluster) PickCluster(rule);
        Build();
        for (var cell = 0; cell < cells.Length; cell++)
        {
            Heapify(cell);
            queue.Enqueue(cell, KeyOf(cell));
        }

        while (draft.Left > 0 && !demand.LimitReached && queue.TryDequeue(out var cell, out var known))
        {
            if (!FindTop(cell) || Blocked(cell)) continue;
            var key = KeyOf(cell);
            if (key.CompareTo(known) > 0)
            {
                queue.Enqueue(cell, key);
                continue;
            }

            var slot = pool.Slot(agents[cells[cell].Start])!;
            draft.Put(slot);
            ranks[cells[cell].Start] = RankOf(slot);
            SiftDown(cell, 0);
            queue.Enqueue(cell, KeyOf(cell));
            foreach (var waiting in parked) queue.Enqueue(waiting, KeyOf(waiting));
            parked.Clear();
            if (attracts && moving.Any(score => score.Attracts && demand.Tally.CountsBy(score.Field).GetValueOrDefault(score.Field.ValueOf(slot.Index)) == 1)) KeyAgain();
        }
    }

    /// <summary>Tells spreads how many tasks each value should get.</summary>
    private void Aim()
    {
        foreach (var score in moving.Where(score => score.IsSpread)) score.Aim(demand.Eligible.ValuesOf(score.Field), demand.Instances);
    }

    /// <summary>The value that all tasks go to: the one with the least room that is enough for all, or else the one with the most.</summary>
    private void PickCluster(CountRule rule)
    {
        var room = new SortedDictionary<string, (int Value, long Times)>(StringComparer.Ordinal);
        foreach (var agent in demand.Eligible.Agents())
        {
            var value = rule.Field.ValueOf(agent);
            if (value < 0 || !Feasible(agent)) continue;
            var text = rule.Field.TextOf(value);
            var times = Math.Max(1, Math.Min(demand.Usable(pool.Slot(agent)!).Times(demand.Need, draft.Left), demand.RulesLeft(agent)));
            room[text] = (value, room.GetValueOrDefault(text).Times + times);
        }

        if (room.Count == 0) return;
        var enough = room.Values.Where(one => one.Times >= draft.Left).ToList();
        rule.Fix(enough.Count > 0 ? enough.MinBy(one => one.Times).Value : room.Values.MaxBy(one => one.Times).Value);
    }

    private bool Feasible(int agent)
    {
        var slot = pool.Slot(agent)!;
        if (!demand.HasRoom(slot) || demand.IsFiltered(slot)) return false;
        foreach (var rule in otherRules)
            if (rule.Left(rule.Field.ValueOf(agent)) == 0) return false;
        return true;
    }

    private void Build()
    {
        var found = new List<(int Cell, int Agent)>();
        var byKey = new Dictionary<(long Score, int Values), int>();
        var combined = new Dictionary<(int, int), int>();
        var built = new List<Cell>();
        var cellValues = new List<int>();
        foreach (var agent in demand.Eligible.Agents())
        {
            if (!Feasible(agent)) continue;
            var slot = pool.Slot(agent)!;
            long score = 0;
            foreach (var preference in still) score += preference.Of(slot);
            foreach (var taint in slot.Spec.Taints)
                if (taint.Effect == TaintEffect.PreferNoSchedule && !demand.Eligible.Tolerates(taint)) score += SoftTaintPenalty;
            var key = fields.Count == 0 ? 0 : fields[0].ValueOf(agent);
            for (var i = 1; i < fields.Count; i++)
            {
                var pair = (key, fields[i].ValueOf(agent));
                if (!combined.TryGetValue(pair, out key)) combined[pair] = key = combined.Count;
            }

            if (!byKey.TryGetValue((score, key), out var cell))
            {
                cell = built.Count;
                byKey[(score, key)] = cell;
                built.Add(new Cell(0, 0, score));
                foreach (var field in fields) cellValues.Add(field.ValueOf(agent));
            }

            built[cell] = built[cell] with { Count = built[cell].Count + 1 };
            found.Add((cell, agent));
        }

        cells = [.. built];
        values = [.. cellValues];
        var start = 0;
        var next = new int[cells.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            next[cell] = start;
            cells[cell].Start = start;
            start += cells[cell].Count;
        }

        agents = new int[found.Count];
        ranks = new long[found.Count];
        foreach (var (cell, agent) in found)
        {
            agents[next[cell]] = agent;
            ranks[next[cell]++] = RankOf(pool.Slot(agent)!);
        }
    }

    private long RankOf(AgentSlot slot)
    {
        var fullness = demand.Class.Revocable
            ? PlacementPool.Fullness(slot.SlackFree, slot.SlackCapacity)
            : PlacementPool.Fullness(slot.Free, slot.Capacity);
        var rank = spreads ? fullness : -fullness;
        if (spreads && slot.Capacity[ScalarKinds.Gpus] > 0) rank -= GpuPenalty;
        return slot.Reserved.Length > 0 && demand.MayUseReserved && demand.ReservedSuffices(slot) ? rank + ReservedBonus : rank;
    }

    private CellKey KeyOf(int cell)
    {
        long groups = 0;
        foreach (var rule in groupRules) groups -= rule.CountOf(ValueOf(cell, rule.Field));
        var preferences = cells[cell].Score;
        foreach (var score in moving) preferences += score.Of(ValueOf(cell, score.Field));
        var top = cells[cell].Start;
        return new CellKey(groups, preferences, ranks[top], spreads ? -agents[top] : agents[top]);
    }

    private int ValueOf(int cell, FieldIndex field) => values[(cell * fields.Count) + fields.IndexOf(field)];

    /// <summary>Drops agents that are full by now from the top; false when none is left.</summary>
    private bool FindTop(int cell)
    {
        while (cells[cell].Count > 0)
        {
            var top = cells[cell].Start;
            if (Feasible(agents[top])) return true;
            var last = top + --cells[cell].Count;
            (agents[top], ranks[top]) = (agents[last], ranks[last]);
            SiftDown(cell, 0);
        }

        return false;
    }

    /// <summary>Whether a GROUP_BY refuses the cell; one that may relent is looked at again after the next placement.</summary>
    private bool Blocked(int cell)
    {
        var blocked = false;
        foreach (var rule in groupRules)
        {
            if (rule.Left(ValueOf(cell, rule.Field)) > 0) continue;
            if (!rule.MayRelent || ValueOf(cell, rule.Field) < 0) return true;
            blocked = true;
        }

        if (blocked) parked.Add(cell);
        return blocked;
    }

    private void KeyAgain()
    {
        var waiting = queue.UnorderedItems.Select(item => item.Element).ToArray();
        queue.Clear();
        foreach (var cell in waiting) queue.Enqueue(cell, KeyOf(cell));
    }

    private void Heapify(int cell)
    {
        for (var i = (cells[cell].Count / 2) - 1; i >= 0; i--) SiftDown(cell, i);
    }

    private void SiftDown(int cell, int at)
    {
        var (start, count) = (cells[cell].Start, cells[cell].Count);
        while (true)
        {
            var best = at;
            for (var child = (2 * at) + 1; child <= (2 * at) + 2 && child < count; child++)
                if (Better(start + child, start + best)) best = child;
            if (best == at) return;
            (agents[start + at], agents[start + best]) = (agents[start + best], agents[start + at]);
            (ranks[start + at], ranks[start + best]) = (ranks[start + best], ranks[start + at]);
            at = best;
        }
    }

    private bool Better(int a, int b) => ranks[a] != ranks[b] ? ranks[a] > ranks[b] : spreads ? agents[a] > agents[b] : agents[a] < agents[b];
}
