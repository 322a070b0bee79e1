using Platform.Api.Events;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public class EventFactsTests
{
    private static EventFacts Of(string type, string json) => EventFacts.Of(new StreamedEvent(new() { Type = type, Json = json }));

    [Fact]
    public void A_failed_task_is_trouble_of_its_app()
    {
        var facts = Of("status_update_event", """{"appId": "/a", "taskStatus": "TASK_FAILED", "host": "h", "slaveId": "S1", "message": "Command exited with status 3"}""");

        facts.AppId.ShouldBe("/a");
        facts.AgentId.ShouldBe("S1");
        facts.IsTrouble.ShouldBeTrue();
        facts.Summary.ShouldBe("/a · failed · on h · Command exited with status 3");
    }

    [Fact]
    public void A_pods_event_names_it_as_run_spec() => Of("instance_changed_event", """{"runSpecId": "/p", "condition": "Running"}""").AppId.ShouldBe("/p");

    [Fact]
    public void A_large_deployment_names_its_first_apps()
    {
        var actions = string.Join(',', Enumerable.Range(1, 5).Select(i => $$"""{"action": "StartApplication", "app": "/a{{i}}"}"""));

        Of("deployment_success", $$"""{"id": "d", "plan": {"steps": [{"actions": [{{actions}}]}]} }""").Summary.ShouldBe("/a1, /a2, /a3 and 2 more");
    }

    [Fact]
    public void An_event_of_a_kind_that_is_not_known_is_shown_all_the_same() => Of("brand_new_event", """{"name": "x", "reason": 7}""").Summary.ShouldBe("x");
}
