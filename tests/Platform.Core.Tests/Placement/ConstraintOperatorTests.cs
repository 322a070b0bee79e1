using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

/// <summary>
/// The seven operators, one decision at a time: tasks are placed on agents that take no more, and one agent is offered. The
/// cases are the behaviours that Marathon's ConstraintsTest fixes.
/// </summary>
public sealed class ConstraintOperatorTests
{
    private const string Here = "host:offered";

    public static TheoryData<string, string, string, string, bool> Cases => new()
    {
        // constraint | placed, as attributes or host:NAME, separated by blanks | offered | accepted
        { "any host, none placed", "hostname CLUSTER", "", "host:foo", true },
        { "another host", "hostname CLUSTER right.com", "", "host:wrong.com", false },
        { "that host", "hostname CLUSTER right.com", "", "host:right.com", true },
        { "first of the rack", "rackid CLUSTER", "", "rackid:rack-1", true },
        { "same rack", "rackid CLUSTER", "rackid:rack-1 rackid:rack-1", "rackid:rack-1", true },
        { "other rack", "rackid CLUSTER", "rackid:rack-1 rackid:rack-1", "rackid:rack-2", false },
        { "no rack", "rackid CLUSTER", "", Here, false },
        { "range equal", "jdk CLUSTER [6-7]", "jdk:[6-7]", "jdk:[6-7]", true },
        { "range unequal", "jdk CLUSTER [6-7]", "jdk:[6-7]", "jdk:[5-7]", false },
        { "set equal", "gpu CLUSTER {0,1}", "gpu:{0,1}", "gpu:{0,1}", true },
        { "first task decides", "jdk CLUSTER", "jdk:7", "jdk:6", false },

        { "first host", "hostname UNIQUE", "", "host:host2", true },
        { "fourth host", "hostname UNIQUE", "host:host1 host:host2 host:host3", "host:host4", true },
        { "host again", "hostname UNIQUE", "host:host1 host:host2 host:host3", "host:host2", false },
        { "@hostname again", "@hostname UNIQUE", "host:host1", "host:host1", false },
        { "first rack", "rackid UNIQUE", "", "rackid:rack-1", true },
        { "third rack", "rackid UNIQUE", "rackid:rack-1 rackid:rack-2", "rackid:rack-3", true },
        { "rack again", "rackid UNIQUE", "rackid:rack-1 rackid:rack-2", "rackid:rack-1", false },
        { "rack missing", "rackid UNIQUE", "", Here, false },
        { "placed without rack", "rackid UNIQUE", Here, "rackid:rack-1", true },
        { "same region", "@region UNIQUE", "region:r1", "region:r1", false },
        { "other region", "@region UNIQUE", "region:r1", "region:r2", true },
        { "same zone", "@zone UNIQUE", "zone:z1", "zone:z1", false },
        { "other zone", "@zone UNIQUE", "zone:z1", "zone:z2", true },

        { "unlike by LIKE", "jdk LIKE 7", "", "jdk:6", false },
        { "like by LIKE", "jdk LIKE 7", "", "jdk:7", true },
        { "whole match only", "jdk LIKE 7", "", "jdk:77", false },
        { "alternatives are one group", "jdk LIKE 6|7", "", "jdk:77", false },
        { "LIKE without field", "jdk LIKE 7", "", Here, false },
        { "LIKE on a range", @"jdk LIKE \[6-7\]", "", "jdk:[6-7]", true },
        { "LIKE on another range", @"jdk LIKE \[6-7\]", "", "jdk:[5-7]", false },
        { "LIKE on a sorted set", @"gpu LIKE \{0,1\}", "", "gpu:{1,0}", true },
        { "LIKE on another set", @"gpu LIKE \{0,1\}", "", "gpu:{2,1}", false },
        { "LIKE on a host", "hostname LIKE web-[0-9]+", "", "host:web-12", true },

        { "UNLIKE another", "jdk UNLIKE 7", "", "jdk:6", true },
        { "UNLIKE equal", "jdk UNLIKE 7", "", "jdk:7", false },
        { "UNLIKE without field", "jdk UNLIKE 7", "", Here, true },
        { "UNLIKE part", "jdk UNLIKE 7", "", "jdk:77", true },
        { "UNLIKE on a range", @"jdk UNLIKE \[6-7\]", "", "jdk:[6-7]", false },
        { "UNLIKE on a set", @"gpu UNLIKE \{0,1\}", "", "gpu:{1,2}", true },

        // MAX_PER 2: 0 and 1 are below 2, 2 is not.
        { "none of two", "hostname MAX_PER 2", "", "host:host1", true },
        { "one of two", "hostname MAX_PER 2", "host:host1", "host:host1", true },
        { "two of two", "hostname MAX_PER 2", "host:host1 host:host1", "host:host1", false },
        { "another host is empty", "hostname MAX_PER 2", "host:host1 host:host1", "host:host3", true },
        { "scalar written 1 and 1.0", "rackid MAX_PER 2", "rackid:1.0 rackid:2.0 rackid:1.0", "rackid:1", false },
        { "scalar once", "rackid MAX_PER 2", "rackid:1.0 rackid:2.0", "rackid:1", true },
        { "MAX_PER without field", "rackid MAX_PER 2", "", Here, false },

        { "IS a host", "hostname IS right.com", "", "host:right.com", true },
        { "IS another host", "hostname IS right.com", "", "host:wrong.com", false },
        { "IS 1.0", "number IS 1.0", "", "number:1", true },
        { "IS 1", "number IS 1", "", "number:1.0", true },
        { "IS 1.0001 = 1.000", "number IS 1.0001", "", "number:1.0", true },
        // 1.0005 as a double is a little below the tie, so it rounds to 1.
        { "IS 1.0005 = 1", "number IS 1.0005", "", "number:1.0", true },
        { "IS 1.00051 = 1.001", "number IS 1.00051", "", "number:1.0", false },
        { "IS 1.001", "number IS 1.001", "", "number:1.0", false },
        { "IS without field", "number IS 1", "", Here, false },

        // GROUP_BY 2 with 5 instances: 5 / 2 = 2 each, remainder 1.
        { "empty group", "rackid GROUP_BY 2", "", "rackid:1", true },
        { "2 = 2, the remainder is unused", "rackid GROUP_BY 2", "rackid:1 rackid:1", "rackid:1", true },
        { "3 > 2", "rackid GROUP_BY 2", "rackid:1 rackid:1 rackid:1", "rackid:1", false },
        { "second group of 2", "rackid GROUP_BY 2", "rackid:1", "rackid:2", true },
        { "1 < 2 though the remainder is used", "rackid GROUP_BY 2", "rackid:1 rackid:1 rackid:1 rackid:2", "rackid:2", true },
        { "third group of 2", "rackid GROUP_BY 2", "rackid:1 rackid:2", "rackid:3", false },
        { "grouped field is missing", "rackid GROUP_BY 2", "", Here, false },
        // GROUP_BY 4 with 5 instances: 5 / 4 = 1 each, remainder 1.
        { "1 = 1, the remainder is unused", "rackid GROUP_BY 4", "rackid:1", "rackid:1", true },
        { "2 > 1", "rackid GROUP_BY 4", "rackid:1 rackid:1", "rackid:1", false },
        { "1 = 1, but the remainder is used", "rackid GROUP_BY 4", "rackid:1 rackid:1 rackid:2", "rackid:2", false },
        // GROUP_BY 3 with 5 instances: 5 / 3 = 1 each, remainder 2; scalars 1 and 1.0 are one group.
        { "first of three hosts", "hostname GROUP_BY 3", "", "host:h1", true },
        { "third of three hosts", "hostname GROUP_BY 3", "host:h1 host:h2", "host:h3", true },
        { "host again by the remainder", "hostname GROUP_BY 3", "host:h1", "host:h1", true },
        { "scalar group again", "rackid GROUP_BY 3", "rackid:1.0", "rackid:1", true },
        // GROUP_BY without a number: even over the values seen.
        { "new value", "rackid GROUP_BY", "rackid:1 rackid:2", "rackid:3", true },
        { "smallest group", "rackid GROUP_BY", "rackid:1 rackid:1 rackid:2", "rackid:2", true },
        { "larger group", "rackid GROUP_BY", "rackid:1 rackid:1 rackid:2", "rackid:1", false },
        { "all groups equal", "rackid GROUP_BY", "rackid:1 rackid:2", "rackid:1", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_agent_is_accepted_as_Marathon_would(string why, string constraint, string placed, string offered, bool accepted)
    {
        var parts = constraint.Split(' ', 3);
        var pool = new PoolBuilder();
        var number = 0;
        foreach (var task in placed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            pool.With(Described($"full-{++number}", task) with { Availability = AgentAvailability.Deactivated });
            pool.Running($"full-{number}", startedMinutesAgo: 60 - number);
        }

        pool.With(Described("offered", offered));
        var plan = pool.Place(Web() with
        {
            OwnerInstances = 5,
            Constraints = [ConstraintSyntax.Parse(parts, out _).ShouldNotBeNull()],
        });

        plan.Placements.Length.ShouldBe(accepted ? 1 : 0, why);
    }

    private static PoolAgent Described(string id, string described)
    {
        var agent = Agent(id);
        var value = described[(described.IndexOf(':') + 1)..];
        return described.Split(':')[0] switch
        {
            "host" => agent with { Hostname = value },
            "region" => agent with { Region = value },
            "zone" => agent with { Zone = value },
            _ => agent with { Attributes = Attributes(described) },
        };
    }
}
