using Platform.Contracts.Directory;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Directory;

public class DirectoryGrainTests
{
    [Fact]
    public async Task Ids_are_listed_in_order_by_prefix_and_survive_a_crash()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.ActivateAtStart = false);
        await host.GetGrain<IDirectoryGrain>("things").AddAsync(["/b/2", "/a", "/b/1", "/c"]);
        await host.GetGrain<IDirectoryGrain>("things").RemoveAsync(["/c", "/none"]);

        await host.CrashAsync();

        (await host.GetGrain<IDirectoryGrain>("things").ListAsync()).ToArray().ShouldBe(["/a", "/b/1", "/b/2"]);
        (await host.GetGrain<IDirectoryGrain>("things").ListAsync("/b")).ToArray().ShouldBe(["/b/1", "/b/2"]);
        (await host.GetGrain<IDirectoryGrain>("things").ListAsync("/d")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_has_one_holder_and_a_holder_one_name()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.ActivateAtStart = false);
        var directory = host.GetGrain<IDirectoryGrain>("things");

        (await directory.ClaimNameAsync("n", "a")).ShouldBe("a");
        (await directory.ClaimNameAsync("n", "b")).ShouldBe("a");
        (await directory.ClaimNameAsync("n", "b", from: "c")).ShouldBe("a");
        (await directory.ClaimNameAsync("n", "b", from: "a")).ShouldBe("b");
        (await directory.ClaimNameAsync("m", "b")).ShouldBe("b");
        (await directory.ClaimNameAsync("n", "c")).ShouldBe("c");
        await host.CrashAsync();
        (await host.GetGrain<IDirectoryGrain>("things").ClaimNameAsync("m", "z")).ShouldBe("b");
        (await host.GetGrain<IDirectoryGrain>("things").ListAsync()).ShouldBeEmpty();
    }
}
