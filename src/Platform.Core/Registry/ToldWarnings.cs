namespace Platform.Core.Registry;

/// <summary>Which warnings were told of which task: of thousands of tasks of one name that all have the same label, one is told of.</summary>
/// <remarks>It keeps the last <see cref="Most"/> warnings, so that a framework with a name for each task does not fill the memory.</remarks>
public sealed class ToldWarnings
{
    /// <summary>So many are kept. 1,000.</summary>
    public const int Most = 1_000;

    private readonly HashSet<(string Task, LabelWarning Warning)> _told = [];
    private readonly Queue<(string Task, LabelWarning Warning)> _order = new();

    /// <summary>Those that have not been told yet, which count as told from now on.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="warnings">What there is against its labels.</param>
    public IReadOnlyList<LabelWarning> Take(string task, IReadOnlyList<LabelWarning> warnings)
    {
        List<LabelWarning> untold = [];
        foreach (var warning in warnings)
        {
            if (!_told.Add((task, warning)))
                continue;
            untold.Add(warning);
            _order.Enqueue((task, warning));
            if (_order.Count > Most)
                _told.Remove(_order.Dequeue());
        }
        return untold;
    }
}
