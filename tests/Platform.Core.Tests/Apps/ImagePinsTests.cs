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

    [Theory]
    [InlineData("web")]
    [InlineData("")]
    [InlineData("@sha256:aaaa")]
    [InlineData("web@sha256:cccc@sha256:aaaa")]
    public void What_has_no_digest_or_was_named_by_one_is_not_noted(string image) => ImagePins.Learn(default, "v1", image, ["v1"]).ShouldBeEmpty();

    private static string? Digest(string reference, string version, ValueMap<string> pins)
    {
        var task = new TaskSpec { TaskId = "t", Name = "t", Owner = "o", Resources = Resources.Empty, Command = new(), Image = new() { Containerizer = "docker", Reference = reference } };
        return ImagePins.Apply(new TaskBuild([task], null), version, pins).Task!.Image!.Digest;
    }
}
