using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>What a task executes: a shell line or an argument vector, never both.</summary>
[GenerateSerializer, Immutable, Alias("Platform.CommandSpec")]
public sealed record CommandSpec
{
    /// <summary>A line for <c>/bin/sh -c</c>, or null.</summary>
    [Id(0)] public string? Shell { get; init; }

    /// <summary>The program and its arguments, executed without a shell; empty if <see cref="Shell"/> is given or the image's own command is meant.</summary>
    [Id(1)] public ValueList<string> Argv { get; init; }

    /// <summary>The user to run as; null: the agent's own user.</summary>
    [Id(2)] public string? User { get; init; }
}
