using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Platform.Grains.Apps;

namespace Platform.Grains.Tests.Apps;

/// <summary>An app of very many instances is read in pages: no message grows with it.</summary>
public sealed class ManyInstancesTests
{
    [Fact]
    public async Task An_app_of_more_instances_than_a_page_has_is_read_page_by_page()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2, options => options.Apps.InstancesPerPage = 7);
        await cluster.PutAndWaitAsync(new() { Id = "/web", Cmd = "sleep 1000", Cpus = 0.01, Mem = 1, Instances = 30 });

        var first = (await cluster.App("/web").GetStatusAsync())!;
        var second = await cluster.App("/web").GetInstancesAsync(first.More!);
        var whole = (await cluster.App("/web").ReadAsync())!;

        (first.Instances.Count, second.Instances.Count).ShouldBe((7, 7));
        first.Instances.Concat(second.Instances).Select(instance => instance.InstanceId).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        whole.More.ShouldBeNull();
        AppFixture.AllRun(whole, 30).ShouldBeTrue();
        whole.Instances.Select(instance => instance.InstanceId).ShouldBeUnique();
        whole.Instances.Select(instance => instance.StagedAt).ShouldBeInOrder();
        // Nothing comes after the last, whatever was there when it was read.
        (await cluster.App("/web").GetInstancesAsync(whole.Instances.Select(instance => instance.InstanceId).Max(StringComparer.Ordinal)!)).Instances.ShouldBeEmpty();
        (await cluster.App("/nothing").GetInstancesAsync("")).Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_of_instances_that_each_tell_much_is_far_below_what_a_message_may_carry()
    {
        const int LargestMessage = 100 * 1024 * 1024;
        await using var cluster = await AppFixture.StartAsync(agents: 0);
        // A task says why it ended with at most 4 KiB of its standard error.
        var instances = Enumerable.Range(0, new AppOptions().InstancesPerPage).Select(i => new InstanceStatus
        {
            InstanceId = $"/a/long/path/of/groups/to/an/app.instance-{Guid.NewGuid()}",
            TaskId = $"a_long_path_of_groups_to_an_app.instance-{Guid.NewGuid()}._app.1",
            Version = "2030-01-01T00:00:00.000Z",
            AgentId = $"{Guid.NewGuid()}",
            Host = $"machine-{i}.rack.site.example.org",
            LastStatus = new() { TaskId = $"{i}", Owner = "app:/a/long/path/of/groups/to/an/app", StderrTail = new('x', 4096), Sandbox = new('s', 512), Message = new('m', 256), Timestamp = DateTimeOffset.UnixEpoch },
            Ports = Enumerable.Range(31000, 10).ToValueList(),
        });

        var bytes = cluster.Host.Services.GetRequiredService<Serializer>().SerializeToArray(new InstancePage(instances.ToValueList(), "more"));

        bytes.Length.ShouldBeLessThan(LargestMessage / 3);
    }
}
