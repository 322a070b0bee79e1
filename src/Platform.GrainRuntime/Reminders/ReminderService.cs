using Platform.GrainRuntime.Calls;
using Platform.GrainRuntime.Sqlite;

namespace Platform.GrainRuntime;

/// <summary>Keeps the reminders on disk and in memory, and ticks.</summary>
internal sealed class ReminderService(EmbeddedSilo silo)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId, string), Reminder> _reminders = [];
    private readonly PriorityQueue<Reminder, DateTimeOffset> _due = new();
    private ITimer? _timer;

    public void Start()
    {
        var now = silo.Time.GetUtcNow();
        lock (_gate)
        {
            foreach (var (grain, name, start, period) in silo.Storage.ReadReminders())
            {
                Add(new Reminder(grain, name, start, period), now);
            }

            _timer = silo.Time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            SetTimer(now);
        }
    }

    public void Stop() => _timer?.Dispose();

    public async Task<IGrainReminder> RegisterAsync(IGrainBase grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        if (grain is not IRemindable)
        {
            throw new ArgumentException($"{grain.GetType()} must implement IRemindable to have reminders.", nameof(grain));
        }

        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < silo.Options.MinimumReminderPeriod)
        {
            throw new ArgumentException($"A reminder's period is at least {silo.Options.MinimumReminderPeriod}; {period} was asked for.", nameof(period));
        }

        var reminder = new Reminder(grain.GrainContext.GrainId, name, silo.Time.GetUtcNow() + dueTime, period);
        await WriteAsync(new ReminderWrite(reminder.Grain, name, reminder.Start, period));
        lock (_gate)
        {
            Add(reminder, reminder.Start);
            SetTimer(silo.Time.GetUtcNow());
        }

        return reminder;
    }

    public IGrainReminder? Get(GrainId grain, string name)
    {
        lock (_gate)
        {
            return _reminders.GetValueOrDefault((grain, name));
        }
    }

    public List<IGrainReminder> GetAll(GrainId grain)
    {
        lock (_gate)
        {
            return [.. _reminders.Values.Where(reminder => reminder.Grain == grain)];
        }
    }

    public async Task UnregisterAsync(GrainId grain, IGrainReminder reminder)
    {
        await WriteAsync(new ReminderWrite(grain, reminder.ReminderName, null, default));
        lock (_gate)
        {
            _reminders.Remove((grain, reminder.ReminderName));
        }
    }

    private Task WriteAsync(ReminderWrite write)
    {
        silo.Storage.Write([write]);
        return write.Done;
    }

    /// <param name="reminder">Replaces the one with the same name.</param>
    /// <param name="earliest">The first tick is not before this.</param>
    private void Add(Reminder reminder, DateTimeOffset earliest)
    {
        _reminders[(reminder.Grain, reminder.ReminderName)] = reminder;
        _due.Enqueue(reminder, reminder.FirstTickFrom(earliest));
    }

    private void SetTimer(DateTimeOffset now)
    {
        while (_due.TryPeek(out var reminder, out var due))
        {
            if (IsCurrent(reminder))
            {
                var wait = due - now;
                _timer?.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
                return;
            }

            _due.Dequeue();
        }
    }

    private bool IsCurrent(Reminder reminder) => _reminders.GetValueOrDefault((reminder.Grain, reminder.ReminderName)) == reminder;

    private void Tick()
    {
        var now = silo.Time.GetUtcNow();
        var ticking = new List<Reminder>();
        lock (_gate)
        {
            while (_due.TryPeek(out var reminder, out var due) && due <= now)
            {
                _due.Dequeue();
                if (IsCurrent(reminder))
                {
                    ticking.Add(reminder);
                    _due.Enqueue(reminder, reminder.FirstTickFrom(now + TimeSpan.FromTicks(1)));
                }
            }

            SetTimer(now);
        }

        foreach (var reminder in ticking)
        {
            _ = DeliverAsync(reminder, now);
        }
    }

    private async Task DeliverAsync(Reminder reminder, DateTimeOffset now)
    {
        try
        {
            await silo.References.Create<IRemindable>(reminder.Grain)
                .ReceiveReminder(reminder.ReminderName, new TickStatus(reminder.Start.UtcDateTime, reminder.Period, now.UtcDateTime));
        }
        catch (Exception failure)
        {
            silo.Log.ReminderFailed(reminder.Grain, reminder.ReminderName, failure);
        }
    }

    private sealed class Reminder(GrainId grain, string name, DateTimeOffset start, TimeSpan period) : IGrainReminder
    {
        public GrainId Grain { get; } = grain;

        public string ReminderName { get; } = name;

        public DateTimeOffset Start { get; } = start;

        public TimeSpan Period { get; } = period;

        /// <summary>start + k * period for the smallest k that is not before the given time.</summary>
        public DateTimeOffset FirstTickFrom(DateTimeOffset time)
        {
            if (time <= Start)
            {
                return Start;
            }

            var periods = ((time - Start).Ticks + Period.Ticks - 1) / Period.Ticks;
            return Start + (Period * periods);
        }
    }
}
