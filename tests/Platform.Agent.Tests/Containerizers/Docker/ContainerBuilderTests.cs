using Platform.Agent.Containerizers;
using Platform.Agent.Containerizers.Docker;
using Platform.Agent.Isolation;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;

namespace Platform.Agent.Tests.Containerizers.Docker;

public sealed class ContainerBuilderTests
{
    [Theory]
    [InlineData("2,5", "0,1")]
    [InlineData("1", "1")]
    public void A_container_counts_its_graphics_devices_from_0_unless_its_definition_says_otherwise(string visible, string expected)
    {
        var spec = TestTask.Shell("true") with
        {
            Image = new() { Containerizer = "docker", Reference = "web:1" },
            Gpus = [2, 5],
            Environment = ValueMap.Create(("CUDA_VISIBLE_DEVICES", visible), ("ROCR_VISIBLE_DEVICES", "2,5"), ("NVIDIA_VISIBLE_DEVICES", "2,5")),
        };
        var container = new ContainerBuilder("agent", "host", CpuLimitMode.Shares, null, null, false).Build(new ContainerRequest(spec, "file", "/sandbox"), [], null);

        container.Env.ShouldNotBeNull().Where(variable => variable.Contains("VISIBLE", StringComparison.Ordinal))
            .ShouldBe([$"CUDA_VISIBLE_DEVICES={expected}", "NVIDIA_VISIBLE_DEVICES=2,5", "ROCR_VISIBLE_DEVICES=0,1"]);
        container.HostConfig!.DeviceRequests.ShouldNotBeNull().ShouldHaveSingleItem().DeviceIDs.ShouldBe(["2", "5"]);
    }
}
