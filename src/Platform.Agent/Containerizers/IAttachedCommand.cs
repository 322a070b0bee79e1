namespace Platform.Agent.Containerizers;

/// <summary>A command that runs in a container, with its input and output. One reads at a time, and one writes. Disposing of it ends what still runs.</summary>
internal interface IAttachedCommand : IAsyncDisposable
{
    /// <summary>The next bytes that it writes: to which stream, and how many. None: it has ended, and that was all.</summary>
    Task<(bool IsError, int Count)> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Bytes for its input. Completes when they are taken; what a command does not want any more is dropped.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>No more input will come.</summary>
    Task EndInputAsync(CancellationToken cancellation);

    /// <summary>Its terminal has another size; without a terminal nothing.</summary>
    Task ResizeAsync(TerminalSize size, CancellationToken cancellation);

    /// <summary>Sends it a signal.</summary>
    Task SignalAsync(int signal, CancellationToken cancellation);

    /// <summary>Its exit status once it has ended, 128 + n after signal n.</summary>
    Task<int> ExitAsync(CancellationToken cancellation);
}
