using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>A command to run beside a running task, in all that the task has: its container or sandbox, its user, environment and limits.</summary>
[GenerateSerializer, Immutable, Alias("ExecStart")]
public sealed record ExecStart
{
    /// <summary>The id that its frames carry; random.</summary>
    [Id(0)] public string Id { get; init; } = "";

    /// <summary>The task.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>What to run. Without a user: the task's.</summary>
    [Id(2)] public required CommandSpec Command { get; init; }

    /// <summary>Variables besides the task's.</summary>
    [Id(3)] public ValueMap<string> Environment { get; init; }

    /// <summary>Give it a terminal: then there is one stream of output.</summary>
    [Id(4)] public bool Tty { get; init; }

    /// <summary>The terminal's width, characters. Default 80.</summary>
    [Id(5)] public int Columns { get; init; } = 80;

    /// <summary>The terminal's height, lines. Default 24.</summary>
    [Id(6)] public int Rows { get; init; } = 24;

    /// <summary>Run nothing: attach to what the task itself reads, its terminal. Only input and sizes are carried, until either side closes.</summary>
    [Id(7)] public bool OwnInput { get; init; }

    /// <summary>What either side may have under way: so many bytes are sent before <c>Taken</c> of the other side has to tell of them.</summary>
    public const int Window = 256 * 1024;

    /// <summary>The most bytes of one frame.</summary>
    public const int LargestFrame = 32 * 1024;

    /// <summary>Each side sends a frame at least so often, an empty one if there is nothing. Seconds.</summary>
    public const double KeepAliveSeconds = 5;

    /// <summary>A side that hears nothing for so long takes the other for gone. Seconds.</summary>
    public const double SilenceSeconds = 30;
}
