namespace Platform.Contracts.Agents;

/// <summary>Who has a command run beside a task, on the silo where its user is connected.</summary>
[Alias("Platform.IExecClient")]
public interface IExecClient : IGrainObserver
{
    /// <summary>A frame of the command. Frames may overtake each other; their numbers tell their order.</summary>
    [OneWay, Alias("Receive")]
    Task ReceiveAsync(ExecOutput output);
}
