using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>What an owner tells the registry of its endpoints.</summary>
public sealed class AnnouncedEndpointsTests
{
    [Fact]
    public void What_has_come_and_gone_before_it_was_told_costs_nothing()
    {
        var endpoints = new AnnouncedEndpoints("s", "o", 100);
        endpoints.MustTell.ShouldBeFalse();
        endpoints.Set(Endpoint("a")).ShouldBeTrue();
        endpoints.MustTell.ShouldBeTrue();
        endpoints.Remove("a").ShouldBeTrue();
        (endpoints.MustTell, endpoints.HasAnything).ShouldBe((false, false));

        // Also beside others that are known.
        endpoints.Set(Endpoint("b"));
        endpoints.Told(endpoints.Next());
        endpoints.Set(Endpoint("c"));
        endpoints.Remove("c");
        endpoints.MustTell.ShouldBeFalse();
    }

    [Fact]
    public void What_may_be_known_is_told_to_be_gone()
    {
        var endpoints = new AnnouncedEndpoints("s", "o", 100);
        endpoints.Set(Endpoint("a"));
        // It is on its way, and whether it was heard is not known.
        endpoints.Next();
        endpoints.Remove("a");
        endpoints.TellAll();
        endpoints.MustTell.ShouldBeTrue();
        var change = endpoints.Next();
        (change.From, change.Set.Count).ShouldBe((null, 0));
        endpoints.Told(change);
        (endpoints.MustTell, endpoints.HasAnything).ShouldBe((false, false));
    }

    [Fact]
    public void The_registry_ends_with_what_there_is_whatever_is_lost_on_the_way()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var endpoints = new AnnouncedEndpoints("s", "o", 100);
            var (there, registry) = (new Dictionary<string, ServiceEndpoint>(), new EndpointList());
            for (var i = 0; i < 200; i++)
            {
                var endpoint = Endpoint($"e{random.Next(6)}") with { Weight = random.Next(3) };
                if (random.Next(2) == 0)
                {
                    endpoints.Set(endpoint);
                    there[endpoint.Id] = endpoint;
                }
                else
                {
                    endpoints.Remove(endpoint.Id).ShouldBe(there.Remove(endpoint.Id));
                }
                if (random.Next(4) > 0 || !endpoints.MustTell)
                    continue;
                Tell(endpoints, registry, lost: random.Next(3));
                // The registry begins anew.
                if (random.Next(20) == 0)
                {
                    registry = new();
                    endpoints.TellAll();
                }
            }
            for (var i = 0; i < 3 && endpoints.MustTell; i++)
                Tell(endpoints, registry, lost: 2);
            endpoints.MustTell.ShouldBeFalse($"seed {seed}");
            registry.All.OrderBy(endpoint => endpoint.Id).ShouldBe(there.Values.OrderBy(endpoint => endpoint.Id), $"seed {seed}");
        }
    }

    // 0: the question is lost, 1: the answer is.
    private static void Tell(AnnouncedEndpoints endpoints, EndpointList registry, int lost)
    {
        var change = endpoints.Next();
        if (lost > 0 && registry.TryApply(change, out _) && lost > 1)
            endpoints.Told(change);
        else
            endpoints.TellAll();
    }

    private static ServiceEndpoint Endpoint(string id) => new() { Id = id, Framework = "marathon" };
}
