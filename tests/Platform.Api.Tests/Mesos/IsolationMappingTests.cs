using Platform.Api.Mesos.Mapping;
using Platform.Mesos.Protocol;
using Platform.Core.Tasks;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>What <c>LinuxInfo</c> of tasks of schedulers asks of agents.</summary>
public sealed class IsolationMappingTests
{
    [Fact]
    public void All_of_LinuxInfo_that_sets_a_task_apart_is_asked_for() =>
        Read("""
            {"seccomp":{"unconfined":true},"share_pid_namespace":true,"ipc_mode":"PRIVATE","shm_size":16,
             "effective_capabilities":{"capabilities":["NET_RAW","KILL"]},"bounding_capabilities":{"capabilities":[]}}
            """).ShouldBe(new TaskIsolation
            {
                Unconfined = true, SharesProcesses = true, PrivateIpc = true, SharedMemory = 16, EffectiveCapabilities = ["KILL", "NET_RAW"], BoundingCapabilities = [],
            });

    [Fact]
    public void The_older_name_of_capabilities_counts_where_the_newer_is_not_given() =>
        Read("""{"capability_info":{"capabilities":["CHOWN"]}}""").ShouldBe(new TaskIsolation { EffectiveCapabilities = ["CHOWN"] });

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"share_pid_namespace":false,"seccomp":{"profile_name":"default"}}""")]
    public void What_is_not_asked_for_is_as_the_agent_does_it(string linux) => Read(linux).ShouldBe(new TaskIsolation());

    private static TaskIsolation? Read(string linux) => TaskMapping.Read(MesosJson.Parse<Wire.TaskInfo>(
        """{"name":"t","task_id":{"value":"t"},"agent_id":{"value":"a"},"command":{"value":"true"},"container":{"type":"MESOS","linux_info":""" + linux + "}}")).Task.Isolation;
}
