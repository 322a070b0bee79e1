using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>The image that a task runs in, and how.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ContainerImage")]
public sealed record ContainerImage
{
    /// <summary>The containerizer that it needs, such as <c>docker</c>.</summary>
    [Id(0)] public required string Containerizer { get; init; }

    /// <summary>The reference of the image.</summary>
    [Id(1)] public required string Reference { get; init; }

    /// <summary>Pull even if the agent has it. Default false.</summary>
    [Id(2)] public bool ForcePull { get; init; }

    /// <summary>Credentials of registries, in the form of Docker's <c>config.json</c>; null: those of the agent.</summary>
    [Id(3)] public SecretText? PullConfig { get; init; }

    /// <summary>All rights of the machine. Default false.</summary>
    [Id(4)] public bool Privileged { get; init; }

    /// <summary>Options of the engine's command line, in their order.</summary>
    [Id(5)] public ValueList<ContainerOption> Options { get; init; }

    /// <summary>The network. Default: the machine's own.</summary>
    [Id(6)] public ContainerNetwork Network { get; init; }

    /// <summary>The name of the network, if it has one.</summary>
    [Id(7)] public string? NetworkName { get; init; }

    /// <summary>The first argument takes the place of the image's entry point. Default false: all are its arguments.</summary>
    [Id(8)] public bool ReplacesEntrypoint { get; init; }

    /// <summary>It begins in the sandbox if the image names no folder, as in Mesos' own containerizer. Default false: in the root.</summary>
    [Id(9)] public bool StartsInSandbox { get; init; }

    /// <summary>Shared memory, MB; null: the engine's default.</summary>
    [Id(10)] public double? SharedMemory { get; init; }

    /// <summary>Shares the System V memory and queues of the machine. Default false.</summary>
    [Id(11)] public bool SharesIpc { get; init; }

    /// <summary>No filter of system calls. Default false: the engine's.</summary>
    [Id(12)] public bool Unconfined { get; init; }

    /// <summary>The digest that <see cref="Reference"/> had when it was pulled first, such as <c>sha256:</c> and 64 hexadecimal digits; null: not known, whatever it means now.</summary>
    [Id(13)] public string? Digest { get; init; }

    /// <summary>The same, pinned to the digest that was told of it; unchanged if none was, if it has one, or if it is named by one.</summary>
    /// <param name="told">As in <see cref="TaskUpdate.Image"/>.</param>
    public ContainerImage PinnedTo(string? told) =>
        Digest is null && !Reference.Contains('@', StringComparison.Ordinal) && told?.StartsWith(Reference + "@", StringComparison.Ordinal) == true
            ? this with { Digest = told[(Reference.Length + 1)..] }
            : this;
}
