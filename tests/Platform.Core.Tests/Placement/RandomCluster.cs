using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Tests.Placement;

/// <summary>A random cluster and random demands from one seed, small enough that everything is tight.</summary>
internal sealed class RandomCluster
{
    private static readonly string[] Racks = ["r1", "r2", "r3"];
    private static readonly string[] Roles = ["*", "dev", "dev/web", "ops"];
    private readonly Random random;
    private int demands;

    public RandomCluster(int seed)
    {
        random = new Random(seed);
        Pool = new PlacementPool(random.Next(2) == 0 ? PlacementStrategy.BinPack : PlacementStrategy.Spread);
        var count = random.Next(1, 9);
        for (var i = 0; i < count; i++) Pool.SetAgent(NewAgent(i));
    }

    public PlacementPool Pool { get; }

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch.AddDays(1);

    public List<(Demand Demand, PlacementPlan Plan)> Plans { get; } = [];

    public int Next(int below) => random.Next(below);

    public PoolAgent NewAgent(int number) => new()
    {
        Id = $"a{number}",
        Hostname = $"h{(Chance(10) ? 0 : number)}",
        Zone = Chance(30) ? null : $"z{random.Next(2)}",
        Attributes = Chance(15) ? ImmutableSortedDictionary<string, string>.Empty : PoolBuilder.Attributes($"rack:{Pick(Racks)};disk:{(Chance(50) ? "ssd" : "hdd")}"),
        Unreserved = ScalarAmounts.Of(random.Next(1, 9), random.Next(1, 9) * 100, 1_000, Chance(20) ? 2 : 0),
        Ports = Chance(10) ? [] : [new PortRange(31_000, 31_000 + random.Next(8)), new PortRange(31_100, 31_103)],
        Reserved = Chance(25) ? [new ReservedAmounts { Role = Pick(Roles[1..]), Scalars = ScalarAmounts.Of(random.Next(1, 4), random.Next(1, 4) * 100), Ports = [new PortRange(32_000, 32_003)] }] : [],
        Slack = Chance(30) ? ScalarAmounts.Of(random.Next(1, 5), random.Next(1, 5) * 100) : ScalarAmounts.None,
        Disks = Chance(20) ? [new AgentDisk("/m1", 100), new AgentDisk("/m2", 200), new AgentDisk("/p", 300, VolumeKind.Path), new AgentDisk("/p", 100, VolumeKind.Path, "dev")] : [],
        Taints = Chance(15) ? [new Taint("t", Chance(50) ? "x" : "", (TaintEffect)random.Next(2))] : [],
        NodePool = Chance(10) ? "other" : NodePools.Default,
        Availability = Chance(10) ? AgentAvailability.Draining : AgentAvailability.Active,
    };

    public Demand NewDemand()
    {
        var role = Pick(Roles);
        var count = random.Next(1, 12);
        var revocable = Chance(15);
        return new Demand
        {
            Id = $"d{++demands}",
            Owner = $"app:/{random.Next(4)}",
            Role = role,
            Priority = random.Next(5) * 20,
            Count = count,
            Shape = new TaskShape
            {
                Scalars = ScalarAmounts.Of(random.Next(0, 30) / 10m, random.Next(0, 30) * 10),
                DynamicPorts = Chance(40) ? random.Next(1, 4) : 0,
                StaticPorts = Chance(10) ? [31_001] : [],
                Revocable = revocable,
                Volumes = !Chance(8) || revocable ? [] : Chance(50) ? [new VolumeRequest(VolumeKind.Mount, 150)] : [new VolumeRequest(VolumeKind.Path, random.Next(1, 20) * 10), new VolumeRequest(VolumeKind.Root, 30, "r")],
            },
            Constraints = Chance(50) ? [NewConstraint()] : Chance(20) ? [NewConstraint(), NewConstraint()] : [],
            Preferences = Chance(40) ? [NewPreference()] : Chance(20) ? [NewPreference(), NewPreference()] : Chance(20) ? [Preference.ForAttribute("disk", "ssd", random.Next(-50, 50)), Preference.ForAttribute("rack", Pick(Racks), 20)] : [],
            Strategy = (PlacementStrategy)random.Next(3),
            Tolerations = Chance(20) ? [new Toleration("t")] : [],
            NodePool = Chance(10) ? NodePools.All : NodePools.Default,
            GangSize = Chance(20) ? random.Next(1, count + 1) : 0,
            SystemApp = Chance(5),
            DisruptionBudget = Chance(30) ? random.Next(3) : null,
        };
    }

    public PlacementPlan Place(Demand demand, PlacementOptions? options = null)
    {
        Now = Now.AddSeconds(1);
        var plan = Planner.Place(Pool, demand, Now, options);
        Plans.Add((demand, plan));
        return plan;
    }

    /// <summary>Something else happens: a task ends, or an agent changes, comes or goes.</summary>
    public void Disturb()
    {
        var tasks = Pool.AllTasks().Select(task => task.Id).Order(StringComparer.Ordinal).ToArray();
        switch (random.Next(6))
        {
            case 0:
                Pool.SetAgent(NewAgent(random.Next(10)));
                break;
            case 1 when Chance(20):
                Pool.RemoveAgent($"a{random.Next(10)}");
                break;
            case 2:
                Pool.SetSlack($"a{random.Next(10)}", ScalarAmounts.Of(random.Next(4), random.Next(4) * 100));
                break;
            default:
                if (tasks.Length > 0) Pool.Release(tasks[random.Next(tasks.Length)]);
                break;
        }
    }

    private Constraint NewConstraint() => random.Next(10) switch
    {
        0 => new Constraint("hostname", ConstraintOperator.Unique),
        1 => new Constraint("rack", ConstraintOperator.Cluster),
        2 => new Constraint("rack", ConstraintOperator.Cluster, Pick(Racks)),
        3 => new Constraint("rack", ConstraintOperator.GroupBy),
        4 => new Constraint("rack", ConstraintOperator.GroupBy, "2"),
        5 => new Constraint("rack", ConstraintOperator.Like, "r[12]"),
        6 => new Constraint("rack", ConstraintOperator.Unlike, "r1"),
        7 => new Constraint("hostname", ConstraintOperator.MaxPer, "2"),
        8 => new Constraint("disk", ConstraintOperator.Is, "ssd"),
        _ => new Constraint("@zone", ConstraintOperator.MaxPer, "3"),
    };

    private Preference NewPreference() => random.Next(5) switch
    {
        0 => Preference.ForAttribute("disk", "ssd"),
        1 => Preference.ForOwner("", -50),
        2 => Preference.ForOwner($"app:/{random.Next(4)}", random.Next(-50, 50), "rack"),
        3 => Preference.ForSpread("rack", 50, new SpreadTarget("r1", 60)),
        _ => Preference.ForSpread("@zone"),
    };

    private bool Chance(int percent) => random.Next(100) < percent;

    private string Pick(string[] of) => of[random.Next(of.Length)];
}
