using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Platform.Cli.Output;
using Platform.Client;
using Platform.Client.Agents;

namespace Platform.Cli.Commands;

/// <summary><c>exec</c> of apps and pods: a command beside a running task, on this terminal.</summary>
internal sealed class ExecCommand
{
    private readonly Option<bool> interactive = new("--interactive", "-i") { Description = "Pass standard input on. Without it the command has none." };
    private readonly Option<bool> tty = new("--tty", "-t") { Description = "Give the command a terminal, of the size of this one." };
    private readonly Option<string?> user = new("--user", "-u") { Description = "Who it runs as. Default: as the task.", HelpName = "USER" };
    private readonly Option<string[]> env = new("--env", "-e") { Description = "A variable besides the task's. May be given several times.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
    private readonly Argument<string[]> words = new("COMMAND") { Description = "The program and its arguments, after '--'.", Arity = ArgumentArity.OneOrMore };

    internal ExecCommand(string description, params Symbol[] own)
    {
        Command = new Command("exec", description) { interactive, tty, user, env };
        foreach (var symbol in own)
        {
            if (symbol is Argument argument)
                Command.Add(argument);
            else
                Command.Add((Option)symbol);
        }
        Command.Add(words);
        Command.Validators.Add(result =>
        {
            foreach (var pair in result.GetValue(env) ?? [])
            {
                if (pair.IndexOf('=', StringComparison.Ordinal) < 1)
                    result.AddError($"--env '{pair}' is not of the form NAME=VALUE");
            }
            if (result.GetValue(tty) && result.GetValue(interactive) && !RawTerminal.IsThere)
                result.AddError("-i with -t needs a terminal as standard input: leave -t out, or run it in one");
        });
    }

    internal Command Command { get; }

    /// <summary>Runs it; the exit status is the command's.</summary>
    internal async Task<int> RunAsync(ParseResult result, AgentHandle agent, string task, CancellationToken cancellationToken)
    {
        var hasTerminal = result.GetValue(tty);
        var size = hasTerminal ? RawTerminal.Size : null;
        var variables = result.GetRequiredValue(env).Select(pair => pair.Split('=', 2)).GroupBy(pair => pair[0], StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Last()[1]);
        if (hasTerminal && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } term)
            variables.TryAdd("TERM", term);
        await using var session = await agent.ExecAsync(task, result.GetRequiredValue(words), new ExecOptions
        {
            Tty = hasTerminal,
            Columns = size?.Columns ?? 80,
            Rows = size?.Rows ?? 24,
            User = result.GetValue(user),
            Environment = variables,
        }, cancellationToken);
        using var raw = hasTerminal && result.GetValue(interactive) ? RawTerminal.Take() : null;
        using var resizes = hasTerminal && !OperatingSystem.IsWindows() ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize(session)) : null;
        if (result.GetValue(interactive))
            _ = PassInputAsync(session);
        else
            await session.EndInputAsync(cancellationToken);
        await foreach (var output in session.ReadAsync(cancellationToken))
        {
            // Nobody reads any more: the command ends with its connection.
            if (!await RawOutput.WriteAsync(output.Bytes, cancellationToken, output.IsError ? 2 : 1))
                return ExitCodes.Failed;
        }
        return session.ExitStatus ?? ExitCodes.Failed;
    }

    private static void Resize(ExecSession session)
    {
        if (RawTerminal.Size is { } size)
            _ = session.ResizeAsync(size.Columns, size.Rows).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    // On a thread of its own: a read of a terminal cannot be broken off, and the command may end before it.
    private static Task PassInputAsync(ExecSession session) => Task.Factory.StartNew(() =>
    {
        try
        {
            using var handle = new SafeFileHandle(0, ownsHandle: false);
            var buffer = new byte[16 * 1024];
            using var input = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            while (input.Read(buffer) is > 0 and var count)
                session.WriteAsync(buffer.AsMemory(0, count)).GetAwaiter().GetResult();
            session.EndInputAsync().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is IOException or PlatformException or ObjectDisposedException or OperationCanceledException)
        {
            // The command has ended.
        }
    }, TaskCreationOptions.LongRunning);
}
