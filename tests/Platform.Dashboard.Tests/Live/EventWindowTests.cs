using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public class EventWindowTests
{
    [Fact]
    public void A_day_of_events_at_speed_does_not_make_it_grow()
    {
        var window = new EventWindow(2_000);
        // 24 h at 10 a second.
        for (var i = 1; i <= 864_000; i++)
            window.Add(new(new() { Sequence = i, Type = "t", Json = "{}" }));

        var events = window.NewestFirst();
        events.Count.ShouldBe(2_000);
        events[0].Sequence.ShouldBe(864_000);
    }

    [Fact]
    public void An_event_that_comes_twice_is_there_once()
    {
        var window = new EventWindow(10);
        window.Add(new(new() { Sequence = 1, Type = "t", Json = "{}" }));
        window.Add(new(new() { Sequence = 1, Type = "t", Json = "{}" }));

        window.NewestFirst().Count.ShouldBe(1);
    }
}
