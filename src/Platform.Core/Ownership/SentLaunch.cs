namespace Platform.Core.Ownership;

/// <summary>How far the launch of a task has come.</summary>
/// <param name="Number">Where it stands among what its owner's activation has sent to agents; 0: an earlier activation sent it.</param>
/// <param name="Epoch">The agent's session that it was sent on; <see cref="OnItsWay"/>: it was not answered yet; 0: it is not known.</param>
public readonly record struct SentLaunch(long Number, long Epoch)
{
    /// <summary>Stands for the session of a launch that was not answered yet.</summary>
    public const long OnItsWay = -1;

    /// <summary>True until it was answered, or the agent was seen to have the task.</summary>
    public bool IsOnItsWay => Epoch == OnItsWay;

    /// <summary>Whether a task that an agent does not report never was there, or is there no more. What was sent on the very session that reports may come with the next report.</summary>
    /// <param name="epoch">The session that reports; 0: none since the control plane started, which says nothing.</param>
    /// <param name="fence">Launches with a lower number that had not arrived by then are refused; 0: none is.</param>
    public bool IsLost(long epoch, long fence) => epoch > 0 && ((Number > 0 && Number < fence) || (!IsOnItsWay && Epoch < epoch));
}
