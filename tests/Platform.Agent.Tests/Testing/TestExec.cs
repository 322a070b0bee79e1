using System.Text;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Testing;

/// <summary>One command beside a task, as the control plane sees it.</summary>
internal sealed class TestExec(TestSession session, string id)
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private long _number;
    private long _taken;

    /// <summary>All that it wrote to standard output so far.</summary>
    public string Output => _output.ToString();

    /// <summary>All that it wrote to standard error so far.</summary>
    public string Errors => _errors.ToString();

    public static async Task<TestExec> StartAsync(TestSession session, TaskSpec task, CommandSpec command, bool tty = false, params (string, string)[] environment)
    {
        var id = Guid.NewGuid().ToString("N");
        await session.SendAsync(new() { Exec = [new ExecStart { Id = id, TaskId = task.TaskId, Command = command, Tty = tty, Columns = 81, Rows = 25, Environment = ValueMap.Create(environment) }] });
        return new(session, id);
    }

    /// <summary>Attaches to what the task itself reads.</summary>
    public static async Task<TestExec> AttachInputAsync(TestSession session, TaskSpec task)
    {
        var id = Guid.NewGuid().ToString("N");
        await session.SendAsync(new() { Exec = [new ExecStart { Id = id, TaskId = task.TaskId, Command = new(), OwnInput = true }] });
        return new(session, id);
    }

    public Task InputAsync(string text) => FrameAsync(new() { Id = id, Bytes = Encoding.UTF8.GetBytes(text) });

    public Task SendAsync(Func<ExecInput, ExecInput> change) => FrameAsync(change(new() { Id = id }));

    /// <summary>Waits until it has written this.</summary>
    public async Task WaitForAsync(string text)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
            (await NextAsync()).IsLast.ShouldBeFalse($"it has ended without '{text}': {Output}{Errors}");
    }

    /// <summary>Waits for its last frame.</summary>
    public async Task<ExecOutput> EndAsync()
    {
        ExecOutput next;
        do
            next = await NextAsync();
        while (!next.IsLast);
        return next;
    }

    public async Task<ExecOutput> NextAsync()
    {
        var next = await session.ExecAsync();
        next.Id.ShouldBe(id);
        (next.IsError ? _errors : _output).Append(Encoding.UTF8.GetString(next.Bytes));
        if (next.Bytes.Length > 0)
        {
            _taken += next.Bytes.Length;
            await FrameAsync(new() { Id = id });
        }
        return next;
    }

    private Task FrameAsync(ExecInput input) => session.SendAsync(new() { ExecInput = [input with { Number = _number++, Taken = _taken }] });
}
