namespace Platform.Core.Apps;

/// <summary>How instances, numbered in the order in which they would be killed, spread over the values of one field.</summary>
internal sealed class GroupSpread
{
    private readonly bool[] _isGone;
    private readonly int[] _groupOf;
    private readonly List<int>[] _members;
    private readonly int[] _heads;
    private readonly int[] _sizes;
    private readonly List<int>?[] _groupsBySize;
    private readonly int[] _countBySize;

    /// <summary>The fullest groups by their first member; some may have become smaller since.</summary>
    private PriorityQueue<int, int> _fullest = new();
    private int _max;
    private int _min;

    /// <param name="instances">In order.</param>
    /// <param name="valueOf">The value of the field.</param>
    /// <param name="isGone">Which instances were taken; changed by the caller.</param>
    public GroupSpread(InstanceState[] instances, Func<InstanceState, string> valueOf, bool[] isGone)
    {
        _isGone = isGone;
        _groupOf = new int[instances.Length];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var members = new List<List<int>>();
        for (var i = 0; i < instances.Length; i++)
        {
            var value = valueOf(instances[i]);
            if (!numbers.TryGetValue(value, out var group))
            {
                numbers.Add(value, group = members.Count);
                members.Add([]);
            }
            _groupOf[i] = group;
            members[group].Add(i);
        }
        _members = [.. members];
        _heads = new int[_members.Length];
        _sizes = [.. _members.Select(group => group.Count)];
        _groupsBySize = new List<int>?[instances.Length + 1];
        _countBySize = new int[instances.Length + 1];
        for (var group = 0; group < _sizes.Length; group++)
            Put(group);
        _min = _sizes.Length == 0 ? 0 : _sizes.Min();
        _max = _sizes.Length == 0 ? 0 : _sizes.Max();
        Collect();
    }

    /// <summary>How many instances more the fullest group has than the smallest; an emptied group counts.</summary>
    public int Difference => _max - _min;

    /// <summary>Whether the spread does not become less even without an instance; a difference of one counts as even.</summary>
    public bool StaysEvenWithout(int instance) => Difference == 0 || _sizes[_groupOf[instance]] > _min;

    /// <summary>The first instance of all fullest groups that may go; -1 if there is none.</summary>
    public int FirstOfFullest(Predicate<int> mayGo)
    {
        var found = -1;
        var seen = new List<int>();
        while (_fullest.TryPeek(out var group, out var head) && (found < 0 || head < found))
        {
            _fullest.Dequeue();
            if (_sizes[group] != _max)
                continue;
            seen.Add(group);
            if (FirstOf(group, mayGo) is >= 0 and var candidate && (found < 0 || candidate < found))
                found = candidate;
        }
        foreach (var group in seen)
            _fullest.Enqueue(group, HeadOf(group));
        return found;
    }

    /// <summary>Follows an instance that was taken.</summary>
    public void Remove(int instance)
    {
        var group = _groupOf[instance];
        _countBySize[_sizes[group]--]--;
        Put(group);
        _min = Math.Min(_min, _sizes[group]);
        if (_countBySize[_max] > 0)
            return;
        while (_max > 0 && _countBySize[_max] == 0)
            _max--;
        Collect();
    }

    private void Put(int group)
    {
        _countBySize[_sizes[group]]++;
        (_groupsBySize[_sizes[group]] ??= []).Add(group);
    }

    private void Collect()
    {
        _fullest = new();
        foreach (var group in _groupsBySize[_max] ?? [])
        {
            if (_sizes[group] == _max)
                _fullest.Enqueue(group, HeadOf(group));
        }
    }

    private int FirstOf(int group, Predicate<int> mayGo)
    {
        var members = _members[group];
        for (var at = _heads[group]; at < members.Count; at++)
        {
            if (!_isGone[members[at]] && mayGo(members[at]))
                return members[at];
        }
        return -1;
    }

    private int HeadOf(int group)
    {
        var members = _members[group];
        ref var head = ref _heads[group];
        while (head < members.Count && _isGone[members[head]])
            head++;
        return head < members.Count ? members[head] : int.MaxValue;
    }
}
