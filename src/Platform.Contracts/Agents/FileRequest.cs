namespace Platform.Contracts.Agents;

/// <summary>A part of a file in a task's sandbox, or the listing of a directory.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FileRequest")]
public sealed record FileRequest
{
    /// <summary>Id of the request, repeated in the answer.</summary>
    [Id(0)] public string RequestId { get; init; } = "";

    /// <summary>The task.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>The path inside the sandbox, such as <c>stdout</c>; empty: the sandbox itself.</summary>
    [Id(2)] public string Path { get; init; } = "";

    /// <summary>From this byte; -1: only the length is asked for; less: so many bytes before the end.</summary>
    [Id(3)] public long Offset { get; init; }

    /// <summary>At most so many bytes. Default 65,536, at most 1,048,576.</summary>
    [Id(4)] public int Length { get; init; } = 65_536;

    /// <summary>List a directory instead.</summary>
    [Id(5)] public bool List { get; init; }

    /// <summary>
    /// When there is nothing from the offset on, the answer waits so many seconds for something: for bytes, for the file itself, or for the end
    /// of the task. 0, the default, to <see cref="LongestWait"/>.
    /// </summary>
    [Id(6)] public double WaitSeconds { get; init; }

    /// <summary>
    /// <see cref="FileChunk.Rotation"/> of the answer before, empty at first: the reading goes on where that answer ended, also in what was
    /// rotated away since. Null, the default: the file as it is now.
    /// </summary>
    [Id(7)] public string? Rotation { get; init; }

    /// <summary>The longest wait that an agent grants, seconds: well below the time after which a grain call is given up.</summary>
    public const double LongestWait = 15;
}
