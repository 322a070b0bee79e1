using System.Threading.Channels;

namespace Platform.GrainRuntime.Tests.Grains;

public interface IReminderGrain : IGrainWithStringKey
{
    Task RegisterAsync(string name, TimeSpan due, TimeSpan period);

    Task UnregisterAsync(string name);

    Task<List<string>> NamesAsync();
}

public sealed class ReminderTicks
{
    public Channel<(string Grain, string Name, TickStatus Status)> Channel { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string, TickStatus)>();
}

public sealed class ReminderGrain(ReminderTicks ticks) : Grain, IReminderGrain, IRemindable
{
    public Task RegisterAsync(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task UnregisterAsync(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<List<string>> NamesAsync() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order()];

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        ticks.Channel.Writer.TryWrite((this.GetPrimaryKeyString(), reminderName, status));
        return Task.CompletedTask;
    }
}
