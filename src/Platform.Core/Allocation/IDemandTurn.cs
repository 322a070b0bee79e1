namespace Platform.Core.Allocation;

/// <summary>Serves an owner of demands when its turn comes in the fair order.</summary>
internal interface IDemandTurn
{
    /// <summary>Places some tasks of the owner.</summary>
    /// <param name="owner">The owner whose turn it is.</param>
    /// <param name="contended">The agent that others compete for now: about as much as it holds is the owner's fair portion; null when nobody competes.</param>
    /// <returns>True when something was placed, so that the order may have changed.</returns>
    bool Serve(RoleClient owner, AgentEntry? contended);

    /// <summary>Something was just given to a framework: it is not free any more for the demands that come next in the same cycle.</summary>
    void Granted(RoleClient client, AgentEntry agent, Resources resources);
}
