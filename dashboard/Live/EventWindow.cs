using Platform.Api.Events;

namespace Platform.Dashboard.Live;

/// <summary>The newest events, at most so many. Safe to use from several threads.</summary>
/// <param name="most">How many are kept.</param>
public sealed class EventWindow(int most)
{
    private readonly Queue<StreamedEvent> _events = new(most);
    private readonly Lock _lock = new();

    /// <summary>The sequence number of the newest event.</summary>
    public long Last { get; private set; }

    /// <summary>Adds an event and drops the oldest when there are too many. One that is here already is ignored.</summary>
    public void Add(StreamedEvent item)
    {
        lock (_lock)
        {
            if (item.Sequence <= Last)
                return;
            while (_events.Count >= most)
                _events.Dequeue();
            _events.Enqueue(item);
            Last = item.Sequence;
        }
    }

    /// <summary>The events, newest first.</summary>
    public IReadOnlyList<StreamedEvent> NewestFirst()
    {
        lock (_lock)
        {
            var events = _events.ToArray();
            Array.Reverse(events);
            return events;
        }
    }

    /// <summary>Forgets all: another log begins.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _events.Clear();
            Last = 0;
        }
    }
}
