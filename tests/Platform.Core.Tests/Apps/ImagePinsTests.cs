using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public sealed class ImagePinsTests
{
    private const string First = "sha256:aaaa";
    private const string Second = "sha256:bbbb";

    [Fact]
    public void The_first_digest_of_a_version_stays_and_is_put_into_its_tasks()
    {
        var pins = ImagePins.Learn(default, "v1", $"localhost:5000/web:1@{First}", ["v1"]);
        pins = ImagePins.Learn(pins, "v1", $"localhost:5000/web:1@{Second}", ["v1"]);
        Digest("localhost:5000/web:1", "v1", pins).ShouldBe(First);
        Digest("localhost:5000/web:2", "v1", pins).ShouldBeNull();
        Digest("localhost:5000/web:1", "v2", pins).ShouldBeNull("a new version looks anew");
    }

    [Fact]
    public void Each_image_of_a_pod_has_its_own()
    {
        var pins = ImagePins.Learn(ImagePins.Learn(default, "v1", $"web@{First}", []), "v1", $"log@{Second}", []);
        (Digest("web", "v1", pins), Digest("log", "v1", pins)).ShouldBe((First, Second));
    }

    [Fact]
    public void Versions_that_nothing_is_made_from_are_let_go()
    {
        var pins = ImagePins.Learn(default, "v1", $"web@{First}", []);
        pins = ImagePins.Learn(pins, "v2", $"web@{Second}", ["v1", "v2"]);
        pins.Count.ShouldBe(2);
        pins = ImagePins.Learn(pins, "v3", $"web@{Second}", ["v2", "v3"]);
        (Digest("web", "v1", pins), Digest("web", "v2", pins), Digest("web", "v3", pins)).ShouldBe((null, Second, Second));
    }

    [Fact]
    public void Tasks_find_out_what_their_version_runs_until_each_image_was_told_of()
    {
        FindsOut(default, "web").ShouldBe("v1");
        FindsOut(default, $"web@{First}").ShouldBeNull("it is named by what it is");
        var pins = ImagePins.Learn(default, "v1", $"web@{First}", []);
        FindsOut(pins, "web").ShouldBeNull();
        FindsOut(pins, "web", "log").ShouldBe("v1");
        pins = ImagePins.Learn(pins, "v1", "log", []);
        FindsOut(pins, "web", "log").ShouldBeNull("one from no registry has nothing to wait for");
        Digest("log", "v1", pins).ShouldBeNull();
    }

    [Fact]
    public void One_that_was_of_no_registry_on_one_agent_may_have_a_digest_on_another_which_stays()
    {
        var pins = ImagePins.Learn(default, "v1", "web", []);
        pins = ImagePins.Learn(pins, "v1", $"web@{First}", []);
        pins = ImagePins.Learn(pins, "v1", "web", []);
        Digest("web", "v1", pins).ShouldBe(First);
        pins.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData($"web@{Second}", true)]
    [InlineData($"web@{First}", false)]
    [InlineData("web", false)]
    [InlineData($"log@{Second}", false)]
    public void An_image_is_another_one_if_both_digests_are_known_and_differ(string image, bool isOther) =>
        ImagePins.IsOther(ImagePins.Learn(ImagePins.Learn(default, "v1", $"web@{First}", []), "v1", "log", []), "v1", image).ShouldBe(isOther);

    [Theory]
    [InlineData("")]
    [InlineData("@sha256:aaaa")]
    [InlineData("web@sha256:cccc@sha256:aaaa")]
    public void What_has_no_digest_or_was_named_by_one_is_not_noted(string image) => ImagePins.Learn(default, "v1", image, ["v1"]).ShouldBeEmpty();

    private static string? Digest(string reference, string version, ValueMap<string> pins) => ImagePins.Apply(Build(reference), version, pins).Task!.Image!.Digest;

    private static string? FindsOut(ValueMap<string> pins, params string[] references) => ImagePins.Apply(Build(references), "v1", pins).FindsOut;

    private static TaskBuild Build(params string[] references) => new(
        references.Select(reference => new TaskSpec
        {
            TaskId = reference,
            Name = "t",
            Owner = "o",
            Resources = Resources.Empty,
            Command = new(),
            Image = new() { Containerizer = "docker", Reference = reference },
        }).ToValueList(), null);
}
