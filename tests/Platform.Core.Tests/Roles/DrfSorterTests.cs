using Platform.Core.Roles;

namespace Platform.Core.Tests.RoleModel;

public class DrfSorterTests
{
    private readonly FairnessTotals _totals = new();

    private static Resource SharedVolume(long milli) => Resource.Scalar("disk", milli).PushReservation(new(ReservationType.Dynamic, "role1"))
        with { Shared = true, Disk = new() { PersistenceId = "id1", Volume = new("path1") } };

    private static SorterClient Add(DrfSorter sorter, string path, Resources held)
    {
        var client = sorter.Add(path);
        sorter.Activate(client);
        sorter.Allocate(client, "A", held);
        return client;
    }

    private static string Order(DrfSorter sorter) => string.Join(" ", sorter.Sort().Select(client => client.Path));

    [Fact]
    public void A_shared_volume_counts_once_for_each_client_and_leaves_with_its_last_holder()
    {
        var volume = Resources.Of(SharedVolume(100_000));
        _totals.Set("A", ResourceQuantities.Parse("cpus:100;mem:100;disk:1000"));
        var sorter = new DrfSorter(_totals);
        var a = Add(sorter, "a", Resources.Parse("cpus:5;mem:5") + volume);
        Add(sorter, "b", Resources.Parse("cpus:6;mem:6"));
        // a holds 100 of 1000 disk: 0.1; b 6 of 100: 0.06.
        Order(sorter).ShouldBe("b a");
        sorter.Allocate(a, "A", volume + volume);
        a.Allocated.Disk.ShouldBe(100_000);
        sorter.Unallocate(a, "A", volume + volume);
        a.Allocated.Disk.ShouldBe(100_000);
        sorter.Unallocate(a, "A", volume);
        // a is down to 5 of 100.
        Order(sorter).ShouldBe("a b");
        sorter.Remove(a);
        sorter.Allocated.ShouldBe(ResourceQuantities.Parse("cpus:6;mem:6"));
    }

    [Fact]
    public void Excluded_scalars_do_not_count()
    {
        _totals.Set("A", ResourceQuantities.Parse("cpus:10;gpus:1"));
        var sorter = new DrfSorter(_totals, ["gpus"]);
        Add(sorter, "a", Resources.Parse("gpus:1"));
        Add(sorter, "b", Resources.Parse("cpus:1"));
        Order(sorter).ShouldBe("a b");
    }

    [Fact]
    public void Names_with_slashes_are_plain_in_a_flat_sorter()
    {
        _totals.Set("A", ResourceQuantities.Parse("cpus:10"));
        var sorter = new DrfSorter(_totals, isHierarchical: false);
        Add(sorter, "/shop", Resources.Parse("cpus:1"));
        Add(sorter, "/shop/web", Resources.Parse("cpus:2"));
        Add(sorter, "/shop/db", Resources.Parse("cpus:1.5"));
        Order(sorter).ShouldBe("/shop /shop/db /shop/web");
    }

    [Fact]
    public void An_order_once_given_is_not_changed_by_later_allocations()
    {
        _totals.Set("A", ResourceQuantities.Parse("cpus:10"));
        var sorter = new DrfSorter(_totals);
        var a = Add(sorter, "a", Resources.Parse("cpus:1"));
        Add(sorter, "b", Resources.Parse("cpus:2"));
        var before = sorter.Sort();
        sorter.Allocate(a, "A", Resources.Parse("cpus:5"));
        before.Select(client => client.Path).ShouldBe(["a", "b"]);
        Order(sorter).ShouldBe("b a");
    }

    [Fact]
    public void Keeping_the_order_in_place_gives_the_same_as_sorting_anew()
    {
        var random = new Random(7);
        _totals.Set("A", ResourceQuantities.Parse("cpus:1000;mem:1000"));
        var kept = new DrfSorter(_totals);
        var clients = new List<SorterClient>();
        var history = new List<(string Path, Resources Held, bool IsTaken)>();
        for (var index = 0; index < 60; index++)
        {
            var path = index % 3 == 0 ? $"r{index}" : $"r{index / 3 * 3}/c{index}";
            clients.Add(kept.Add(path));
            kept.Activate(clients[^1]);
        }
        for (var step = 0; step < 500; step++)
        {
            var client = clients[random.Next(clients.Count)];
            var amount = Resources.Parse($"cpus:{1 + random.Next(5)}");
            var isTaken = random.Next(3) > 0 || !client.Allocated.Contains(amount.Quantities);
            if (isTaken)
                kept.Allocate(client, "A", amount);
            else
                kept.Unallocate(client, "A", amount);
            history.Add((client.Path, amount, isTaken));
            kept.Sort();
        }
        var anew = new DrfSorter(_totals);
        foreach (var client in clients)
            anew.Activate(anew.Add(client.Path));
        foreach (var (path, held, isTaken) in history)
        {
            if (isTaken)
                anew.Allocate(anew.Find(path)!, "A", held);
            else
                anew.Unallocate(anew.Find(path)!, "A", held);
        }
        Order(kept).ShouldBe(Order(anew));
    }

    [Fact]
    public void Place_by_place_the_order_is_that_of_the_list()
    {
        _totals.Set("A", ResourceQuantities.Parse("cpus:1000;mem:1000"));
        var sorter = new DrfSorter(_totals, isHierarchical: false);
        var chance = new Random(7);
        var clients = Enumerable.Range(0, 50).Select(index => sorter.Add($"c{index}")).ToList();
        for (var step = 0; step < 2_000; step++)
        {
            var client = clients[chance.Next(clients.Count)];
            switch (chance.Next(6))
            {
                case 0: sorter.Activate(client); break;
                case 1: sorter.Deactivate(client); break;
                case 2: sorter.UpdateWeight(client.Path, chance.Next(1, 4)); break;
                case 3 when !client.Allocated.IsEmpty: sorter.Unallocate(client, "A", Resources.Parse("cpus:1")); break;
                case 4 when step % 100 == 4: _totals.Set("A", ResourceQuantities.Parse($"cpus:{1000 + step};mem:1000")); break;
                default: sorter.Allocate(client, "A", Resources.Parse("cpus:1")); break;
            }
            // Before the list is made, which is the quicker answer afterwards.
            var placed = new List<SorterClient>();
            while (sorter.At(placed.Count) is { } next)
                placed.Add(next);

            placed.ShouldBe(sorter.Sort(), $"step {step}");
            placed.Select(one => one.Path).ShouldBeUnique();
        }
    }
}
