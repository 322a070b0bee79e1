using Platform.Agent.Sandboxes;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;

namespace Platform.Agent.Tests.Sandboxes;

public class FileOwnersTests
{
    [Fact]
    public void The_first_name_of_a_number_counts_and_what_is_no_entry_does_not()
    {
        var names = FileOwners.Parse("root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n# none\n:x:7:7::/:\nmail:x:8:\nbad:x:-9:\n");
        names.OrderBy(name => name.Key).ShouldBe([new(0u, "root"), new(8u, "mail")]);
    }

    [Fact]
    public void A_listing_tells_whose_each_entry_is_and_of_a_link_whose_that_is()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("mine"), "");
        File.CreateSymbolicLink(folder.File("to-nowhere"), "nowhere");
        var (user, group) = new FileOwners().Of("/proc/self");
        user.ShouldNotBeEmpty();
        var entries = SandboxFiles.Read(new FileRequest { TaskId = "t", List = true }, folder.Path).Entries;
        entries.Select(entry => (entry.Name, entry.User, entry.Group)).ShouldBe([("mine", user, group), ("to-nowhere", user, group)]);
        new FileOwners().Of(folder.File("none")).ShouldBe(("", ""));
    }

    [RootFact]
    public void Who_has_no_name_is_told_by_number()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("theirs"), "");
        Platform.Agent.Processes.Libc.ChangeOwner(folder.File("theirs"), 543_210, 543_211).ShouldBe(0);
        new FileOwners().Of(folder.File("theirs")).ShouldBe(("543210", "543211"));
    }
}
