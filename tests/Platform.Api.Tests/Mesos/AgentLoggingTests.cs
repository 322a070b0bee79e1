using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Api.Logging;
using Platform.Contracts.Agents;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>How much an agent logs, as operators change it.</summary>
public sealed class AgentLoggingTests(MesosServer server) : IClassFixture<MesosServer>
{
    private async Task<SimulatedAgent> AgentAsync(string id, AgentLogging? logging = null)
    {
        var agent = new SimulatedAgent(server.Grains, id, "cpus:1;mem:100", TimeProvider.System) { Logging = logging };
        await agent.ConnectAsync();
        return agent;
    }

    private async Task<int> LevelAsync(string id) =>
        (await server.CallAsync("""{"type":"GET_LOGGING_LEVEL"}""", $"/agent/{id}/api/v1")).Json.GetProperty("get_logging_level").GetProperty("level").GetInt32();

    [Fact]
    public async Task The_level_reaches_the_agent_and_is_told_as_long_as_it_lasts()
    {
        var agent = await AgentAsync("logs");
        var told = Channel.CreateUnbounded<AgentLogging>();
        agent.Heard = command =>
        {
            if (command.Logging is { } logging)
                told.Writer.TryWrite(logging);
        };
        (await LevelAsync("logs")).ShouldBe(0);
        var set = await server.CallAsync("""{"type":"SET_LOGGING_LEVEL","set_logging_level":{"level":2,"duration":{"nanoseconds":600000000000}}}""", "/agent/logs/api/v1");
        (set.Status, set.Text).ShouldBe((HttpStatusCode.OK, ""));
        (await told.Reader.ReadAsync()).ShouldBe(new AgentLogging(2, 600));
        (await LevelAsync("logs")).ShouldBe(2);
        (await server.SendAsync("GET", "/slave/logs/slave(1)/logging/toggle")).Text.ShouldBe("2\n");

        (await server.SendAsync("GET", "/agent/logs/logging/toggle?level=1&duration=10000weeks")).Status.ShouldBe(HttpStatusCode.OK);
        (await told.Reader.ReadAsync()).ShouldBe(new AgentLogging(1, AgentLogging.LongestSeconds));
        (await LevelAsync("logs")).ShouldBe(1);
        (await server.SendAsync("GET", "/agent/logs/logging/toggle?level=3&duration=0secs")).Status.ShouldBe(HttpStatusCode.OK);
        (await LevelAsync("logs")).ShouldBe(0);
        (await server.SendAsync("GET", "/logging/toggle")).Text.ShouldBe("0\n");
    }

    [Fact]
    public async Task What_an_agent_says_at_the_start_of_its_session_counts()
    {
        var agent = await AgentAsync("logs-still", new(1, 600));
        (await LevelAsync("logs-still")).ShouldBe(1);
        agent.Logging = null;
        await agent.ConnectAsync();
        (await LevelAsync("logs-still")).ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_set_or_known()
    {
        var agent = await AgentAsync("logs-away");
        await agent.DisconnectAsync();
        foreach (var path in (string[])["logging/toggle", "logging/toggle?level=1&duration=1mins"])
            (await server.SendAsync("GET", $"/agent/logs-away/{path}")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await server.CallAsync("""{"type":"GET_LOGGING_LEVEL"}""", "/agent/logs-away/api/v1")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("level=1", "Expecting 'duration=value' in query.\n")]
    [InlineData("duration=1mins", "Expecting 'level=value' in query.\n")]
    [InlineData("level=x&duration=1mins", "Invalid level 'x'.\n")]
    [InlineData("level=1&duration=long", "Unknown duration 'long'.\n")]
    public async Task What_makes_no_sense_is_refused(string query, string message)
    {
        await AgentAsync("logs-badly");
        var answer = await server.SendAsync("GET", $"/agent/logs-badly/logging/toggle?{query}");
        (answer.Status, answer.Text).ShouldBe((HttpStatusCode.BadRequest, message));
    }

    [Fact]
    public void Loggers_that_were_made_before_follow_the_level_and_go_back()
    {
        using var levels = new LogLevels();
        using var output = new Output();
        using var loggers = LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(LogLevel.Warning).AddProvider(output);
            builder.Services.AddLogLevels(levels);
        });
        var (ours, others) = (loggers.CreateLogger("Platform.Agent"), loggers.CreateLogger("Other"));
        ours.IsEnabled(LogLevel.Information).ShouldBeFalse();
        levels.Set(LogLevels.Ours, LogLevel.Debug);
        (ours.IsEnabled(LogLevel.Debug), ours.IsEnabled(LogLevel.Trace), others.IsEnabled(LogLevel.Information)).ShouldBe((true, false, false));
        levels.Set(LogLevels.Ours, null);
        (ours.IsEnabled(LogLevel.Information), ours.IsEnabled(LogLevel.Warning)).ShouldBe((false, true));
    }

    private sealed class Output : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
