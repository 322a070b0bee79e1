using System.Text;
using Platform.Api.Events;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Storage.Records;

namespace Platform.Api.Tests.Marathon;

/// <summary>What users are told of each kind of event: the members and their order are those of Marathon, where it has the event.</summary>
public sealed class EventFormsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 7, TimeSpan.Zero);

    private static readonly DeploymentPlan Plan = new([new([new(DeploymentActionKind.Start, "/a"), new(DeploymentActionKind.Scale, "/p", IsPod: true)]), new([new(DeploymentActionKind.Scale, "/a")])]);

    private const string PlanJson = """
        {"id":"D1","original":{"id":"/"},"target":{"id":"/"},"steps":[{"actions":[{"action":"StartApplication","app":"/a"},{"action":"ScalePod","pod":"/p"}]},{"actions":[{"action":"ScaleApplication","app":"/a"}]}],"version":"V1"}
        """;

    private const string CheckJson = """
        {"gracePeriodSeconds":300,"intervalSeconds":60,"maxConsecutiveFailures":3,"path":"/up","portIndex":0,"protocol":"HTTP","ipProtocol":"IPv4","timeoutSeconds":20,"delaySeconds":15}
        """;

    private static readonly HealthCheckSpec Check = new() { Path = "/up", PortIndex = 0 };

    private static readonly (Happening What, string Type, string Members)[] Cases =
    [
        (new TaskChanged("/a", "S1", "h", "T1", TaskState.Running, null, ["10.0.0.1", "fd00::1"], [31000, 0], "V1"), "status_update_event",
            """
            "slaveId":"S1","taskId":"T1","taskStatus":"TASK_RUNNING","message":"","appId":"/a","host":"h","ipAddresses":[{"ipAddress":"10.0.0.1","protocol":"IPv4"},{"ipAddress":"fd00::1","protocol":"IPv6"}],"ports":[31000],"version":"V1"
            """),
        (new InstanceChanged("/a", "I1", TaskState.Lost, "S1", "h", "V1"), "instance_changed_event",
            """
            "instanceId":"I1","condition":"Gone","runSpecId":"/a","agentId":"S1","host":"h","runSpecVersion":"V1"
            """),
        (new InstanceHealthChanged("/a", "I1", null, "V1"), "instance_health_changed_event", """
            "instanceId":"I1","runSpecId":"/a","healthy":null,"runSpecVersion":"V1"
            """),
        (new InstanceHealthChanged("/a", "I1", true, "V1"), "instance_health_changed_event", """
            "instanceId":"I1","runSpecId":"/a","healthy":true,"runSpecVersion":"V1"
            """),
        (new UnknownInstanceEnded("/a", "I1", TaskState.Failed), "unknown_instance_terminated_event", """
            "instanceId":"I1","runSpecId":"/a","condition":"Failed"
            """),
        (new HealthCheckBegun("/a", "V1", Check), "add_health_check_event", $"\"appId\":\"/a\",\"version\":\"V1\",\"healthCheck\":{CheckJson}"),
        (new HealthCheckEnded("/a", "V1", Check), "remove_health_check_event", $"\"appId\":\"/a\",\"version\":\"V1\",\"healthCheck\":{CheckJson}"),
        (new HealthCheckFailed("/a", "T1", "I1", Check, "500", 2), "failed_health_check_event",
            $"\"appId\":\"/a\",\"taskId\":\"T1\",\"instanceId\":\"I1\",\"healthCheck\":{CheckJson},\"reason\":\"500\",\"consecutiveFailures\":2"),
        (new HealthCheckFailed("/a", "T1", "I1", null, "500", 2), "failed_health_check_event", """
            "appId":"/a","taskId":"T1","instanceId":"I1","reason":"500","consecutiveFailures":2
            """),
        (new HealthCheckTurned("/a", "I1", "V1", false), "health_status_changed_event", """
            "appId":"/a","instanceId":"I1","version":"V1","alive":false
            """),
        (new UnhealthyInstanceKilled("/a", "T1", "I1", "V1", "500", "h", "S1"), "unhealthy_instance_kill_event", """
            "appId":"/a","taskId":"T1","instanceId":"I1","version":"V1","reason":"500","host":"h","slaveId":"S1"
            """),
        (new AppEnded("/a"), "app_terminated_event", """
            "appId":"/a"
            """),
        (new AppAutoscaled("/a", "V1", 2, 4, "2 * 2"), "autoscaling_event", """
            "appId":"/a","version":"V1","from":2,"to":4,"arithmetic":"2 * 2"
            """),
        (new LabelsUnread("/a", "V1", [new("/labels/HAPROXY_0_PORT", "no port")]), "label_warning_event", """
            "appId":"/a","version":"V1","warnings":[{"path":"/labels/HAPROXY_0_PORT","message":"no port"}]
            """),
        (new PodRequested(RequestedChange.Created, "::1", "/v2/pods"), "pod_created_event", """
            "clientIp":"::1","uri":"/v2/pods"
            """),
        (new PodRequested(RequestedChange.Updated, "::1", "/v2/pods"), "pod_updated_event", """
            "clientIp":"::1","uri":"/v2/pods"
            """),
        (new PodRequested(RequestedChange.Deleted, "::1", "/v2/pods"), "pod_deleted_event", """
            "clientIp":"::1","uri":"/v2/pods"
            """),
        (new DeploymentStepChanged(DeploymentStepPhase.Begun, "D1", "V1", Plan, 2), "deployment_info",
            $"\"plan\":{PlanJson},\"currentStep\":{{\"actions\":[{{\"action\":\"ScaleApplication\",\"app\":\"/a\"}}]}}"),
        (new DeploymentStepChanged(DeploymentStepPhase.Done, "D1", "V1", Plan, 2), "deployment_step_success",
            $"\"plan\":{PlanJson},\"currentStep\":{{\"actions\":[{{\"action\":\"ScaleApplication\",\"app\":\"/a\"}}]}}"),
        (new DeploymentStepChanged(DeploymentStepPhase.Failed, "D1", "V1", Plan, 2), "deployment_step_failure",
            $"\"plan\":{PlanJson},\"currentStep\":{{\"actions\":[{{\"action\":\"ScaleApplication\",\"app\":\"/a\"}}]}}"),
        (new DeploymentEnded("D1", "V1", Plan, null), "deployment_success", $"\"id\":\"D1\",\"plan\":{PlanJson}"),
        (new DeploymentEnded("D1", "V1", Plan, "no room"), "deployment_failed", $"\"id\":\"D1\",\"plan\":{PlanJson},\"reason\":\"no room\""),
        (new GroupChanged("/g", "V1", null), "group_change_success", """
            "groupId":"/g","version":"V1"
            """),
        (new GroupChanged("/g", "V1", "locked"), "group_change_failed", """
            "groupId":"/g","version":"V1","reason":"locked"
            """),
        (new SchedulerBegun(true, "h"), "scheduler_registered_event", $"\"frameworkId\":\"{Platform.Contracts.Apps.AppScheduler.FrameworkId}\",\"master\":\"h\""),
        (new SchedulerBegun(false, "h"), "scheduler_reregistered_event", """
            "master":"h"
            """),
        (new SchedulerEnded(), "scheduler_disconnected_event", ""),
        (new AgentChanged(AgentChange.Added, "S1", "n", "h", null), "agent_added_event", """
            "agentId":"S1","name":"n","host":"h"
            """),
        (new AgentChanged(AgentChange.Reachable, "S1", "n", "h", null), "agent_reachable_event", """
            "agentId":"S1","name":"n","host":"h"
            """),
        (new AgentChanged(AgentChange.Unreachable, "S1", "n", "h", "silent"), "agent_unreachable_event", """
            "agentId":"S1","name":"n","host":"h","reason":"silent"
            """),
        (new AgentChanged(AgentChange.Removed, "S1", "n", "h", "gone"), "agent_removed_event", """
            "agentId":"S1","name":"n","host":"h","reason":"gone"
            """),
        (new FrameworkChanged("F1", "spark"), "framework_changed_event", """
            "frameworkId":"F1","name":"spark"
            """),
        (new FrameworkLabelsUnread("F1", "spark", "driver", [new("/labels/HAPROXY_0_PORT", "no port")]), "framework_label_warning_event", """
            "frameworkId":"F1","name":"spark","task":"driver","warnings":[{"path":"/labels/HAPROXY_0_PORT","message":"no port"}]
            """),
        (new JobChanged("job_run_started_event", "j") { Run = new("R1", Now, RunTrigger.Schedule), Chain = ["i"], Message = "m" }, "job_run_started_event", """
            "jobId":"j","runId":"R1","dueAt":"2026-03-01T12:00:00.007Z","trigger":"schedule","chain":["i"],"message":"m"
            """),
        (new JobChanged("job_backfill_ended_event", "j") { Backfill = new() { Number = 1, From = Now, Until = Now, Made = 3, Succeeded = 2, Failed = 1, EndedAt = Now } }, "job_backfill_ended_event", """
            "jobId":"j","backfill":1,"from":"2026-03-01T12:00:00.007Z","until":"2026-03-01T12:00:00.007Z","parallelism":1,"runs":3,"succeeded":2,"failed":1
            """),
        (new JobChanged("job_changed_event", "j"), "job_changed_event", """
            "jobId":"j"
            """),
        (new JobChanged("job_label_warning_event", "j") { Warnings = [new("/task/ports/0/labels/VIP_0", "no address")] }, "job_label_warning_event", """
            "jobId":"j","warnings":[{"path":"/task/ports/0/labels/VIP_0","message":"no address"}]
            """),
        (new ClockJumped("h", TimeSpan.FromMilliseconds(-2_500), "back"), "clock_jumped_event", """
            "host":"h","seconds":-2.5,"message":"back"
            """),
        (new ReaderAttached("::1"), "event_stream_attached", """
            "remoteAddress":"::1"
            """),
        (new ReaderDetached("::1"), "event_stream_detached", """
            "remoteAddress":"::1"
            """),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Each_kind_is_told_in_its_form_also_after_it_was_stored(int number)
    {
        var (what, type, members) = Cases[number];
        var happened = new PlatformEvent { Sequence = 1, Timestamp = Now, What = what };
        var told = $"{{{members}{(members.Length == 0 ? "" : ",")}\"eventType\":\"{type}\",\"timestamp\":\"2026-03-01T12:00:00.007Z\"}}";
        var vocabulary = new EventVocabulary();

        vocabulary.TypeOf(happened).ShouldBe(type);
        vocabulary.JsonOf(happened).ShouldBe(told);
        var streamed = new StreamedEvent(StoredJson.Read<PlatformEvent>(StoredJson.Write(happened)));
        (streamed.Type, streamed.Json).ShouldBe((type, told));
    }

    [Fact]
    public void Every_kind_is_told()
    {
        // The definition of an app is in the tests of apps.
        var kinds = typeof(Happening).Assembly.GetTypes().Where(kind => kind.BaseType == typeof(Happening)).Except([typeof(AppRequested)]);
        Cases.Select(one => one.What.GetType()).Distinct().ShouldBe(kinds, ignoreOrder: true);
    }

    [Fact]
    public void The_request_for_an_app_has_its_definition()
    {
        var app = new AppRequested("::1", "/v2/apps//a", new() { Id = "/a", Cmd = "a < b" });
        var told = new StreamedEvent(StoredJson.Read<PlatformEvent>(StoredJson.Write(new PlatformEvent { Timestamp = Now, What = app })));
        told.Type.ShouldBe("api_post_event");
        told.Json.ShouldStartWith("""{"clientIp":"::1","uri":"/v2/apps//a","appDefinition":{"id":"/a",""");
        told.Json.ShouldContain("\"cmd\":\"a < b\"");
        told.Json.ShouldEndWith("""},"eventType":"api_post_event","timestamp":"2026-03-01T12:00:00.007Z"}""");
    }

    [Fact]
    public void What_was_stored_before_events_had_types_is_told_as_it_was()
    {
        var old = Encoding.UTF8.GetBytes("""{"sequence":7,"timestamp":"2026-03-01T12:00:00.007+00:00","type":"app_terminated_event","json":"{\"appId\":\"/a\"}"}""");
        var told = new StreamedEvent(StoredJson.Read<PlatformEvent>(old));
        (told.Sequence, told.Type, told.Json).ShouldBe((7, "app_terminated_event", """{"appId":"/a"}"""));
    }

    [Fact]
    public void What_only_a_newer_version_knows_is_told_as_unknown()
    {
        var newer = Encoding.UTF8.GetBytes("""{"sequence":7,"timestamp":"2026-03-01T12:00:00.007+00:00","what":{"kind":"comet","speed":1}}""");
        var told = new StreamedEvent(StoredJson.Read<PlatformEvent>(newer));
        told.Json.ShouldBe("""{"eventType":"unknown_event","timestamp":"2026-03-01T12:00:00.007Z"}""");
    }
}
