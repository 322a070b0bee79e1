using Microsoft.Extensions.Logging;
using Platform.Agent.Session;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;

namespace Platform.Agent.Tests.Session;

public class LoggingLevelTests
{
    [Fact]
    public async Task An_agent_changes_its_loggers_for_some_time_and_says_so_in_its_next_session()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var levels = System.Threading.Channels.Channel.CreateUnbounded<LogLevel?>();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { SetLogLevel = level => levels.Writer.TryWrite(level) });
        var session = await master.AcceptAsync();
        session.Registration.Logging.ShouldBeNull();
        await session.SendAsync(new AgentCommand { Logging = new(1, 3600) });
        (await levels.Reader.ReadAsync(Deadline.Token())).ShouldBe(LogLevel.Debug);
        await session.SendAsync(new AgentCommand { Logging = new(2, 3600) });
        (await levels.Reader.ReadAsync(Deadline.Token())).ShouldBe(LogLevel.Trace);
        session.Drop();

        session = await master.AcceptAsync();
        session.Registration.Logging!.Level.ShouldBe(2u);
        session.Registration.Logging.Seconds.ShouldBeInRange(1, 3600);
        await session.SendAsync(new AgentCommand { Logging = new(1, 0.01) });
        (await levels.Reader.ReadAsync(Deadline.Token())).ShouldBe(LogLevel.Debug);
        (await levels.Reader.ReadAsync(Deadline.Token())).ShouldBeNull();
    }

    [Fact]
    public void Where_loggers_cannot_be_changed_the_level_stays_what_it_is()
    {
        using var level = new LoggingLevel(null, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        level.Set(new(2, 60));
        level.Current.ShouldBeNull();
    }
}
