using Platform.Agent.Isolation;
using Platform.Agent.Tasks;

namespace Platform.Agent.Tests.Isolation;

/// <summary>Which ids of a machine tasks in user namespaces get.</summary>
public class IdRangesTests
{
    private const string Accounts = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nbob:x:400000:400000::/:\n";

    [Theory]
    [InlineData("root:100000:65536\n", "root:200000:65536\n", 100_000u, 200_000u)]
    [InlineData("alice:100000:65536\nroot:165536:65536", "0:165536:131072", 165_536u, 165_536u)] // by number, and more than is needed
    [InlineData("root:100000:1000\nroot:300000:65536", "root:300000:65536", 300_000u, 300_000u)] // the first is too small
    [InlineData("root:390000:65536\nroot:500000:65536", "root:500000:65536", 500_000u, 500_000u)] // bob is in the first: 390000 + 65536 > 400000
    public void They_are_what_is_set_aside_for_the_user_of_the_agent(string users, string groups, uint user, uint group) =>
        new IdRanges(users, groups, Accounts, Accounts).Find(0, null).ShouldBe(new MappedIds(user, group));

    [Theory]
    [InlineData("", "")]
    [InlineData("alice:100000:65536", "alice:100000:65536")]
    [InlineData("root:100000:65536", "")]
    [InlineData("root:100:65536", "root:100:65536")] // those of the machine itself
    public void Without_any_the_agent_says_what_to_do(string users, string groups) =>
        Should.Throw<AgentStartException>(() => new IdRanges(users, groups, Accounts, Accounts).Find(0, null)).Message.ShouldBe(
            "--isolation: namespaces/user needs 65536 ids that belong to nobody, and /etc/subuid and /etc/subgid set none aside for root. "
            + "Add a line such as root:100000:65536 to both, or name the first of them with --mapped-ids.");

    [Theory]
    [InlineData(600_000u, null)]
    [InlineData(390_000u, "--mapped-ids 390000: of the ids 390000 to 455535 some belong to bob, by /etc/passwd. Name others.")]
    [InlineData(150_000u, "--mapped-ids 150000: of the ids 150000 to 215535 some belong to alice, by /etc/subuid. Name others.")]
    public void Those_that_are_named_must_belong_to_nobody(uint first, string? problem)
    {
        var ranges = new IdRanges("alice:100000:65536\nroot:600000:65536", "", Accounts, "");
        if (problem is null)
            ranges.Find(0, first).ShouldBe(new MappedIds(first, first));
        else
            Should.Throw<AgentStartException>(() => ranges.Find(0, first)).Message.ShouldBe(problem);
    }

    [Fact]
    public void Users_inside_are_others_on_the_machine()
    {
        var ids = new MappedIds(100_000, 200_000);
        ids.OnMachine(null).ForShim.ShouldBe("100000,200000,200000");
        ids.OnMachine(new UserAccount(33, 34, [34, 44], "/var/www")).ForShim.ShouldBe("100033,200034,200034,200044");
        Should.Throw<TaskStartException>(() => ids.OnMachine(new UserAccount(70_000, 34, [34], "/"))).Message.ShouldBe(
            "The user of the task has the id 70000, or a group of it: a user namespace of this agent (namespaces/user) has none above 65535");
    }
}
