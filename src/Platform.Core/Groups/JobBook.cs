namespace Platform.Core.Groups;

/// <summary>What the tree's gate knows of what jobs come to. It is never less than what they do come to; after a crash it is asked for again.</summary>
/// <remarks>The definitions of jobs are the only record of it, so nothing that is stored here could differ from them.</remarks>
public sealed class JobBook
{
    private readonly Dictionary<string, GroupUse> _uses = new(StringComparer.Ordinal);
    private Guid? _gate;
    private long _last;

    /// <summary>Whether it is known at all.</summary>
    public bool IsKnown => _gate is not null;

    /// <summary>What the jobs directly in a group come to, by group.</summary>
    public IReadOnlyDictionary<string, GroupUse> Uses => _uses;

    /// <summary>Whether it is from this activation of the jobs' gate.</summary>
    public bool IsOf(Guid gate) => _gate == gate;

    /// <summary>Nothing is known any more.</summary>
    public void Forget()
    {
        _uses.Clear();
        _gate = null;
    }

    /// <summary>Begins with what the jobs' gate says of all groups.</summary>
    public void Begin(JobUses all)
    {
        _uses.Clear();
        (_gate, _last) = (all.Gate, all.Number);
        foreach (var (group, use) in all.Uses)
            _uses[group] = use;
    }

    /// <summary>A change of a job may be made: the greater of what is and what will be counts until it is told which. False: it comes too late, or from another activation.</summary>
    public bool Take(JobClaim claim)
    {
        if (!Hears(claim.Gate, claim.Number))
            return false;
        _uses[claim.Group] = GroupUse.Max(claim.Before, claim.After);
        return true;
    }

    /// <summary>Changes have been made, or will not be. False: it comes too late, or from another activation.</summary>
    public bool Take(JobUses told)
    {
        if (!Hears(told.Gate, told.Number))
            return false;
        foreach (var (group, use) in told.Uses)
            _uses[group] = use;
        return true;
    }

    private bool Hears(Guid gate, long number)
    {
        if (_gate != gate || number < _last)
            return false;
        _last = number;
        return true;
    }
}
