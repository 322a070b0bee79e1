namespace Platform.Core.Placement;

/// <summary>The operators of a Marathon constraint.</summary>
public enum ConstraintOperator
{
    /// <summary>UNIQUE: no two tasks of the owner have the same value of the field.</summary>
    Unique,

    /// <summary>CLUSTER: all tasks have the given value, or without one the value that the first task got.</summary>
    Cluster,

    /// <summary>GROUP_BY: tasks are spread evenly over the values; with a number, over at most that many values.</summary>
    GroupBy,

    /// <summary>LIKE: the whole value matches the regular expression.</summary>
    Like,

    /// <summary>UNLIKE: the whole value does not match the regular expression; an agent without the field is accepted.</summary>
    Unlike,

    /// <summary>MAX_PER: at most so many tasks for each value.</summary>
    MaxPer,

    /// <summary>IS: the value is equal; scalars are compared to three decimals.</summary>
    Is,
}
