using Platform.Api.Mesos.Mapping;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>Images of frameworks' tasks, with their networks, options and commands.</summary>
public sealed class ImageMappingTests
{
    [Fact]
    public void A_docker_container_keeps_its_network_rights_and_options()
    {
        var task = Read("""{"shell":false,"arguments":["-v","x"]}""", """
            {"type":"DOCKER","hostname":"h","docker":{"image":"nginx:1","network":"BRIDGE","privileged":true,"force_pull_image":true,"port_mappings":[{"host_port":31001,"container_port":80}],
            "parameters":[{"key":"cap-add","value":"NET_ADMIN"}]}}
            """);
        var image = task.Image!;
        (image.Reference, image.Network, image.Privileged, image.ForcePull, image.StartsInSandbox).ShouldBe(("nginx:1", ContainerNetwork.Bridge, true, true, false));
        image.Options.ShouldBe([new("hostname", "h"), new("cap-add", "NET_ADMIN")]);
        task.Command.Argv.ShouldBe(["-v", "x"]);
        task.Ports[0].ContainerPort.ShouldBe(80);
    }

    [Theory]
    [InlineData("HOST", ContainerNetwork.Host, null)]
    [InlineData("NONE", ContainerNetwork.Named, "none")]
    [InlineData("USER", ContainerNetwork.Named, "net")]
    public void A_docker_container_is_in_the_network_that_it_names(string network, ContainerNetwork kind, string? name)
    {
        var image = Read("""{"value":"true"}""", $$$"""{"type":"DOCKER","docker":{"image":"a","network":"{{{network}}}"},"network_infos":[{"name":"net"}]}""").Image!;
        (image.Network, image.NetworkName).ShouldBe((kind, name));
    }

    [Fact]
    public void A_program_takes_the_place_of_the_image_s_own_in_a_container_of_Mesos()
    {
        var task = Read("""{"shell":false,"value":"/bin/ls","arguments":["ls","-l"]}""", """
            {"type":"MESOS","mesos":{"image":{"type":"DOCKER","cached":false,"docker":{"name":"a","config":{"type":"VALUE","value":{"data":"e30="}}}}},"network_infos":[{"name":"net"}],"linux_info":{"ipc_mode":"SHARE_PARENT","shm_size":64}}
            """);
        var image = task.Image!;
        task.Command.Argv.ShouldBe(["/bin/ls", "-l"]);
        (image.ReplacesEntrypoint, image.StartsInSandbox, image.ForcePull, image.NetworkName, image.SharesIpc, image.SharedMemory).ShouldBe((true, true, true, "net", true, 64));
        image.PullConfig!.Value.ShouldBe("{}");
        Read("""{"shell":false,"arguments":["-l"]}""", """{"type":"MESOS","mesos":{"image":{"type":"DOCKER","docker":{"name":"a"}}}}""").Image!.ReplacesEntrypoint.ShouldBeFalse();
    }

    private static TaskSpec Read(string command, string container) => TaskMapping.Read(MesosJson.Parse<Wire.TaskInfo>($$$$"""
        {"name":"t","task_id":{"value":"t"},"agent_id":{"value":"a"},"command":{{{{command}}}},"container":{{{{container}}}},
        "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}},{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":31001,"end":31001}]}}]}
        """)).Task;
}
