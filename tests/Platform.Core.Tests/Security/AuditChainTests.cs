using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

public sealed class AuditChainTests
{
    private readonly List<string> _lines = [];

    public AuditChainTests()
    {
        var last = AuditChain.Beginning;
        foreach (var (number, what) in ((int, string)[])[(1, "POST /v2/apps"), (2, "DELETE /v2/apps/a\r\n{\"number\":9}"), (3, "x\",\"hash\":\"y"), (4, "é")])
        {
            _lines.Add(AuditChain.Line(number, new() { At = new(2026, 3, 1, 0, 0, number, TimeSpan.Zero), Event = "asked", Who = "user alice", What = what, Rights = ["read x"] }, last));
            last = AuditChain.HashOf(_lines[^1])!;
        }
    }

    [Fact]
    public void Lines_as_they_were_written_are_right_also_without_the_oldest()
    {
        _lines.ShouldAllBe(line => !line.Contains('\n') && !line.Contains('\r'));
        AuditChain.Verify(_lines, out var last).ShouldBeNull();
        last.ShouldBe(AuditChain.HashOf(_lines[3]));
        AuditChain.Verify(_lines.Skip(2), out _).ShouldBeNull();
        AuditChain.Verify([], out _).ShouldBeNull();
    }

    [Fact]
    public void What_was_changed_is_found()
    {
        Broken(lines => lines[1] = lines[1].Replace("alice", "alicf", StringComparison.Ordinal)).ShouldBe("line 2 was changed: its hash is not that of what it says");
        Broken(lines => lines.RemoveAt(1)).ShouldBe("line 2 is missing: 3 follows 1");
        Broken(lines => lines.Insert(1, lines[1])).ShouldBe("line 3 is missing: 2 follows 2");
        Broken(lines => (lines[1], lines[2]) = (lines[2], lines[1])).ShouldBe("line 2 is missing: 3 follows 1");
        Broken(lines => lines[2] = "{}").ShouldBe("what follows line 2 is no line of the log");
        // With a hash that is right for what it says now, the next line betrays it.
        Broken(lines => lines[1] = AuditChain.Line(2, new() { At = default, Event = "asked", Who = "user bob" }, AuditChain.HashOf(lines[0])!))
            .ShouldBe("line 3 does not follow the one before it: that one was changed or replaced");
    }

    private string? Broken(Action<List<string>> change)
    {
        var copy = _lines.ToList();
        change(copy);
        return AuditChain.Verify(copy, out _);
    }
}
