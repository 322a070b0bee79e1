namespace Platform.Core.Tasks;

/// <summary>What the end of a task means for the tasks of its group. When only tasks are left that end nothing, they are ended too.</summary>
[GenerateSerializer, Alias("Platform.TaskGroupEnd")]
public enum TaskGroupEnd
{
    /// <summary>All others are ended.</summary>
    Always,

    /// <summary>All others are ended unless it exited with 0.</summary>
    OnFailure,

    /// <summary>The others go on.</summary>
    Never,
}
