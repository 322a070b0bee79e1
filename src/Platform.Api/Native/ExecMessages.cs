namespace Platform.Api.Native;

/// <summary>A text message of the client after the first. One of its fields is given.</summary>
/// <param name="Resize">The terminal's new size.</param>
/// <param name="Signal">A signal, by the kernel's number.</param>
/// <param name="End">True: no more input will come.</param>
internal sealed record ExecControl(ExecSize? Resize = null, int? Signal = null, bool End = false);

/// <summary>The size of a terminal.</summary>
/// <param name="Columns">Its width.</param>
/// <param name="Rows">Its height.</param>
internal sealed record ExecSize(int Columns, int Rows);

/// <summary>A text message to the client. One of its fields is given; with an exit status or an error it is the last.</summary>
/// <param name="Started">True: the command runs.</param>
/// <param name="ExitStatus">Its exit status, 128 + n after signal n.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="Status">With an error: what an HTTP request would have been answered, such as 404.</param>
internal sealed record ExecEvent(bool? Started = null, int? ExitStatus = null, string? Error = null, int? Status = null);
