using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>A directory that follows another one through connections that end and begin again.</summary>
public sealed class DirectoryMirrorTests
{
    private readonly ServiceDirectory _directory = new();
    private readonly DirectoryMirror _mirror;

    public DirectoryMirrorTests() => _mirror = new(_directory);

    [Fact]
    public void What_was_known_stays_until_the_other_end_has_told_everything()
    {
        _mirror.Begin();
        _mirror.Snapshot("db", [Endpoint("a"), Endpoint("b")]);
        _mirror.Snapshot("web", [Endpoint("c")]);
        _mirror.Complete();
        Known().ShouldBe("db:a,b web:c");

        // A control plane that has just begun knows of nothing yet.
        _mirror.Begin();
        Known().ShouldBe("db:a,b web:c");
        _mirror.Snapshot("db", [Endpoint("b")]);
        Known().ShouldBe("db:b web:c");
        _mirror.Change("new", [Endpoint("d")], []);
        _mirror.Complete();
        Known().ShouldBe("db:b new:d");
    }

    [Fact]
    public void Changes_are_taken_over_and_a_second_complete_forgets_nothing()
    {
        _mirror.Begin();
        _mirror.Complete();
        _mirror.Change("web", [Endpoint("a"), Endpoint("b") with { Owner = "app:/web" }], []);
        _mirror.Change("web", [Endpoint("a") with { Weight = 7 }], ["b", "never"]);
        Known().ShouldBe("web:a");
        _directory.Find("web")!.Endpoints[0].Weight.ShouldBe(7);
        _mirror.Complete();
        Known().ShouldBe("web:a");
        _mirror.Change("web", [], ["a"]);
        Known().ShouldBe("");
    }

    [Fact]
    public void A_reader_that_was_too_slow_is_told_everything_again()
    {
        _mirror.Begin();
        _mirror.Snapshot("db", [Endpoint("a")]);
        _mirror.Snapshot("web", [Endpoint("b")]);
        _mirror.Complete();
        _mirror.Snapshot("web", [Endpoint("c")]);
        _mirror.Complete();
        Known().ShouldBe("web:c");
    }

    private string Known() => string.Join(' ', _directory.List().Select(service => $"{service.Name}:{string.Join(',', service.Endpoints.Select(endpoint => endpoint.Id))}"));

    private static ServiceEndpoint Endpoint(string id) => new() { Id = id, Framework = "service", State = EndpointState.Ready };
}
