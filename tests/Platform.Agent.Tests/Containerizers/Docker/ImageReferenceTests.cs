using Platform.Agent.Containerizers.Docker;

namespace Platform.Agent.Tests.Containerizers.Docker;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("nginx", "nginx@sha256:a", "sha256:a")]
    [InlineData("nginx:1.27", "nginx@sha256:a", "sha256:a")]
    [InlineData("docker.io/library/nginx:1", "nginx@sha256:a", "sha256:a")]
    [InlineData("library/nginx", "nginx@sha256:a", "sha256:a")]
    [InlineData("docker.io/team/web", "team/web@sha256:a", "sha256:a")]
    [InlineData("localhost:5000/web:1", "localhost:5000/web@sha256:a", "sha256:a")]
    // The same bytes from elsewhere have a digest there that this registry need not know.
    [InlineData("localhost:5000/web:1", "web@sha256:a", null)]
    [InlineData("web", "", null)]
    public void A_digest_is_that_of_the_repository_it_was_pulled_from(string reference, string known, string? digest) =>
        ImageReference.DigestOf(reference, known.Length == 0 ? [] : ["other.example/web@sha256:b", known]).ShouldBe(digest);

    [Theory]
    [InlineData("nginx:1.27", null, "nginx:1.27")]
    [InlineData("nginx:1.27", "sha256:a", "nginx@sha256:a")]
    [InlineData("localhost:5000/web", "sha256:a", "localhost:5000/web@sha256:a")]
    public void What_is_pinned_is_named_by_its_digest(string reference, string? digest, string name) =>
        ImageReference.Effective(new() { Containerizer = "docker", Reference = reference, Digest = digest }).ShouldBe(name);
}
