namespace Platform.Agent.Tasks;

/// <summary>A task cannot be started; the message is what its owner reads.</summary>
internal sealed class TaskStartException(string reason, string message) : Exception(message)
{
    /// <summary>One of the task reasons.</summary>
    public string Reason { get; } = reason;
}
