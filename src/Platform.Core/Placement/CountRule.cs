namespace Platform.Core.Placement;

/// <summary>
/// A constraint that looks at where the owner's tasks are: UNIQUE, MAX_PER, GROUP_BY, and CLUSTER without a value. It follows
/// the counts as tasks are placed. The rules are those of Marathon's Constraints.scala, except GROUP_BY without a number,
/// which follows Marathon's documentation (even over the values seen so far), because its source divides by zero there.
/// </summary>
internal sealed class CountRule
{
    private readonly Dictionary<int, int> counts;
    private readonly int most;
    private readonly int groups;
    private readonly int each;
    private readonly int remainder;
    private int cluster = -1;
    private bool clusterFixed;
    private readonly Dictionary<int, int> groupsBySize = [];
    private int remainderUsed;
    private int smallest;

    /// <param name="constraint">The constraint.</param>
    /// <param name="field">Its field.</param>
    /// <param name="counts">The owner's tasks by value of the field; changed by the pool as tasks are placed.</param>
    /// <param name="instances">How many tasks the owner wants in all.</param>
    /// <param name="firstValue">The value of the owner's oldest task; -1 when it has none, or the agent had no such field.</param>
    /// <param name="hasTasks">Whether the owner has tasks.</param>
    public CountRule(Constraint constraint, FieldIndex field, Dictionary<int, int> counts, int instances, int firstValue, bool hasTasks)
    {
        Constraint = constraint;
        Field = field;
        this.counts = counts;
        switch (constraint.Operator)
        {
            case ConstraintOperator.Unique:
                most = 1;
                break;
            case ConstraintOperator.MaxPer:
                most = int.TryParse(constraint.Value, out var limit) ? limit : 0;
                break;
            case ConstraintOperator.Cluster:
                cluster = firstValue;
                clusterFixed = hasTasks;
                break;
            case ConstraintOperator.GroupBy:
                groups = int.TryParse(constraint.Value, out var number) ? Math.Max(0, number) : 0;
                if (groups > 0) (each, remainder) = Math.DivRem(instances, groups);
                foreach (var size in counts.Values) Grown(0, size);
                break;
        }
    }

    public Constraint Constraint { get; }

    public FieldIndex Field { get; }

    public bool IsGroupBy => Constraint.Operator == ConstraintOperator.GroupBy;

    /// <summary>A GROUP_BY without a number may refuse a value now and accept it later, when the others have caught up.</summary>
    public bool MayRelent => IsGroupBy && groups == 0;

    public bool PicksCluster => Constraint.Operator == ConstraintOperator.Cluster && !clusterFixed;

    /// <summary>Whether it allows no value at all, even without tasks: MAX_PER 0.</summary>
    public bool NeverAllows => Constraint.Operator == ConstraintOperator.MaxPer && most <= 0;

    /// <summary>Sets the value of a CLUSTER for the rest of the plan.</summary>
    public void Fix(int value)
    {
        cluster = value;
        clusterFixed = true;
    }

    /// <summary>The values that have tasks.</summary>
    public IEnumerable<int> UsedValues => counts.Keys;

    public int CountOf(int value) => counts.GetValueOrDefault(value);

    /// <summary>How many more tasks may go to a value now; 0 when none.</summary>
    public int Left(int value)
    {
        if (value < 0) return 0;
        var count = counts.GetValueOrDefault(value);
        switch (Constraint.Operator)
        {
            case ConstraintOperator.Unique or ConstraintOperator.MaxPer:
                return Math.Max(0, most - count);
            case ConstraintOperator.Cluster:
                return !clusterFixed || cluster == value ? int.MaxValue : 0;
            default:
                return MayJoin(count) ? 1 : 0;
        }
    }

    /// <summary>Follows a task that was placed on a value; call it after the counts have changed.</summary>
    public void Placed(int value)
    {
        if (PicksCluster) Fix(value);
        if (!IsGroupBy) return;
        var size = counts.GetValueOrDefault(value);
        Grown(size - 1, size);
    }

    private bool MayJoin(int count)
    {
        if (groups > 0)
        {
            if (count == 0) return counts.Count < groups;
            return count < each || (count == each && remainder - remainderUsed > 0);
        }

        return count == 0 || count == smallest;
    }

    private void Grown(int before, int after)
    {
        remainderUsed += Math.Max(0, after - each) - Math.Max(0, before - each);
        if (groups > 0) return;
        if (before > 0 && --System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(groupsBySize, before, out _) == 0) groupsBySize.Remove(before);
        groupsBySize[after] = groupsBySize.GetValueOrDefault(after) + 1;
        if (smallest == 0 || after < smallest) smallest = after;
        while (!groupsBySize.ContainsKey(smallest)) smallest++;
    }
}
