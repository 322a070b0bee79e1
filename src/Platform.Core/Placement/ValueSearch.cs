namespace Platform.Core.Placement;

/// <summary>
/// Placement whose preferences and GROUP_BYs all look at one field, or whose preferences look at attributes alone, so that their
/// sum can stand for a field. Agents are kept in order for each value of it, so nothing
/// is scanned: the values that stand out (with tasks of the owner, with a share of their own, that match) are cells of their
/// own, and all other agents are equal and form one cell.
/// </summary>
internal sealed class ValueSearch
{
    private const int Others = -2;

    private readonly PlanDraft draft;
    private readonly PlacementPool pool;
    private readonly CompiledDemand demand;
    private readonly AgentOrder divided;
    private readonly FieldIndex field;
    private readonly CountRule[] groupRules;
    private readonly List<PreferenceScore> scores;
    private readonly bool spreads;
    private readonly bool bySum;
    private readonly PriorityQueue<int, CellKey> queue = new();
    private readonly Dictionary<int, int> tops = [];
    private readonly List<int> parked = [];

    private ValueSearch(PlanDraft draft, FieldIndex field, AgentOrder divided, List<PreferenceScore> scores, bool bySum)
    {
        this.bySum = bySum;
        this.draft = draft;
        this.field = field;
        this.divided = divided;
        this.scores = scores;
        pool = draft.Pool;
        demand = draft.Demand;
        groupRules = [.. demand.Rules.Where(rule => rule.IsGroupBy)];
        spreads = demand.Strategy == PlacementStrategy.Spread;
    }

    /// <summary>Places what can be placed.</summary>
    /// <returns>False when the demand is not of this kind, and nothing was done.</returns>
    public static bool TryRun(PlanDraft draft)
    {
        var (pool, demand) = (draft.Pool, draft.Demand);
        if (demand.Class.Revocable || !OrderedSearch.IsDense(demand, pool) || demand.Rules.Any(rule => rule.PicksCluster)) return false;
        if (demand.Strategy == PlacementStrategy.Spread && pool.HasGpus) return false;
        FieldIndex? field = null;
        var bySum = !demand.Rules.Any(rule => rule.IsGroupBy) && demand.Demand.Preferences.All(preference => preference.Kind == PreferenceKind.Attribute);
        if (bySum) field = SumOf(pool, demand.Demand);
        foreach (var rule in demand.Rules)
            if (rule.IsGroupBy && !Same(rule.Field)) return false;
        var scores = new List<PreferenceScore>();
        foreach (var preference in demand.Demand.Preferences)
        {
            if (bySum) break;
            var score = new PreferenceScore(pool, preference, demand);
            if (!Same(score.Field) || (score.IsAttribute && score.Field.ValueCount > MostMatchedValues)) return false;
            scores.Add(score);
        }

        if (field is null) return false;
        if (draft.Left > 0 && !demand.LimitReached) new ValueSearch(draft, field, pool.OrderBy(field), scores, bySum).Run();
        pool.Flush();
        return true;

        bool Same(FieldIndex other) => ReferenceEquals(field ??= other, other);
    }

    private const int MostMatchedValues = 1_000;

    /// <summary>The sum of preferences that look at attributes alone, as a field: it follows from the agent, like an attribute.</summary>
    private static FieldIndex SumOf(PlacementPool pool, Demand demand)
    {
        var name = $"\0{string.Join('\0', demand.Preferences.Select(preference => $"{preference.Field}\t{preference.Operator}\t{preference.Value}\t{preference.Weight}"))}";
        var matchers = demand.Preferences.Select(preference => (preference.Weight, Matcher: new StaticConstraint(new Constraint(preference.Field, preference.Operator, preference.Value)))).ToArray();
        return pool.Field(name, agent => matchers.Sum(one => one.Matcher.Holds(agent) ? one.Weight : 0).ToString());
    }

    private void Run()
    {
        foreach (var score in scores)
            if (score.IsSpread) score.Aim(demand.Eligible.ValuesOf(field), demand.Instances);
        if (bySum)
        {
            for (var value = 0; value < field.ValueCount; value++) tops[value] = -1;
        }
        else
        {
            FindSpecialValues();
        }

        foreach (var cell in tops.Keys.ToArray())
            if (FindTop(cell)) queue.Enqueue(cell, KeyOf(cell));
        while (draft.Left > 0 && !demand.LimitReached && queue.TryDequeue(out var cell, out var known))
        {
            if (!FindTop(cell) || Blocked(cell)) continue;
            var key = KeyOf(cell);
            if (key.CompareTo(known) > 0)
            {
                queue.Enqueue(cell, key);
                continue;
            }

            Put(cell);
        }
    }

    private void FindSpecialValues()
    {
        tops[-1] = -1;
        foreach (var rule in groupRules)
            foreach (var value in rule.UsedValues) tops[value] = -1;
        foreach (var score in scores)
            foreach (var value in score.SpecialValues()) tops[value] = -1;
        tops[Others] = -1;
    }

    private void Put(int cell)
    {
        var agent = tops[cell];
        draft.Put(pool.Slot(agent)!);
        // The emptiest agent is another one now; the fullest stays the fullest while it has room.
        if (spreads) pool.Flush();
        if (cell == Others)
        {
            var value = field.ValueOf(agent);
            tops[value] = spreads ? -1 : agent;
            if (FindTop(value)) queue.Enqueue(value, KeyOf(value));
        }

        if (spreads) tops[cell] = -1;
        if (FindTop(cell)) queue.Enqueue(cell, KeyOf(cell));
        foreach (var waiting in parked)
            if (FindTop(waiting)) queue.Enqueue(waiting, KeyOf(waiting));
        parked.Clear();
        if (scores.Any(score => score.Attracts)) KeyAgain();
    }

    private void KeyAgain()
    {
        var waiting = queue.UnorderedItems.Select(item => item.Element).ToArray();
        queue.Clear();
        foreach (var cell in waiting) queue.Enqueue(cell, KeyOf(cell));
    }

    private CellKey KeyOf(int cell)
    {
        long groups = 0;
        long preferences = 0;
        if (bySum)
        {
            preferences = long.Parse(field.TextOf(cell));
        }
        else if (cell == Others)
        {
            foreach (var score in scores) preferences += score.OfOthers;
        }
        else
        {
            foreach (var rule in groupRules) groups -= rule.CountOf(cell);
            foreach (var score in scores) preferences += score.Of(cell);
        }

        var slot = pool.Slot(tops[cell])!;
        var fullness = PlacementPool.Fullness(slot.Free, slot.Capacity);
        return new CellKey(groups, preferences, spreads ? fullness : -fullness, spreads ? -slot.Index : slot.Index);
    }

    /// <summary>Finds the best agent of a cell that has room; false when there is none.</summary>
    private bool FindTop(int cell)
    {
        var filter = new Feasible(demand, pool, cell == Others ? tops : null, field);
        var top = tops[cell];
        var need = demand.Need.Main;
        if (spreads)
        {
            if (top < 0 || !filter.Accepts(top)) top = cell == Others ? pool.Order.Last(need, ref filter) : divided.Last(need, ref filter, cell + 1);
        }
        else if (top < 0)
        {
            top = cell == Others ? pool.Order.First(need, ref filter) : divided.First(need, ref filter, cell + 1);
        }
        else if (!filter.Accepts(top))
        {
            top = cell == Others ? pool.Order.FirstAfter(top, need, ref filter) : divided.FirstAfter(top, need, ref filter);
        }

        if (top < 0)
        {
            // Nothing that is full now gets room during the plan.
            return false;
        }

        tops[cell] = top;
        return true;
    }

    private bool Blocked(int cell)
    {
        var value = cell == Others ? field.ValueOf(tops[cell]) : cell;
        var blocked = false;
        foreach (var rule in groupRules)
        {
            if (rule.Left(value) > 0) continue;
            if (!rule.MayRelent || value < 0) return true;
            blocked = true;
        }

        if (blocked) parked.Add(cell);
        return blocked;
    }

    private readonly struct Feasible(CompiledDemand demand, PlacementPool pool, Dictionary<int, int>? special, FieldIndex field) : IAgentFilter
    {
        public bool Accepts(int agent)
        {
            if (!demand.Eligible.Has(agent) || (special is not null && special.ContainsKey(field.ValueOf(agent)))) return false;
            var slot = pool.Slot(agent)!;
            if (!demand.HasRoom(slot) || demand.IsFiltered(slot)) return false;
            foreach (var rule in demand.Rules)
                if (!rule.IsGroupBy && rule.Left(rule.Field.ValueOf(agent)) == 0) return false;
            return true;
        }
    }
}
