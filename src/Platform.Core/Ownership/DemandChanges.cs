using Platform.Core.Placement;

namespace Platform.Core.Ownership;

/// <summary>What an owner has decided to tell the allocator.</summary>
public sealed class DemandChanges
{
    private readonly List<Demand> _submit = [];
    private readonly List<string> _withdraw = [];

    /// <summary>Demands to submit.</summary>
    public IReadOnlyList<Demand> Submitted => _submit;

    /// <summary>Ids of demands to withdraw.</summary>
    public IReadOnlyList<string> Withdrawn => _withdraw;

    /// <summary>True if there is nothing to tell.</summary>
    public bool IsEmpty => _submit.Count == 0 && _withdraw.Count == 0;

    /// <summary>Submits a demand.</summary>
    public void Submit(Demand demand) => _submit.Add(demand);

    /// <summary>Withdraws a demand; one that was to be submitted with the same changes is neither.</summary>
    public void Withdraw(string demandId)
    {
        if (_submit.RemoveAll(demand => demand.Id == demandId) == 0)
            _withdraw.Add(demandId);
    }
}
