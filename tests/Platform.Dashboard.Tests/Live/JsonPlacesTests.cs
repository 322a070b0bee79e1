using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class JsonPlacesTests
{
    private const string Json = """
        {
          "id": "/ä😀", "cpus": 0.1,
          "healthChecks": [
            { "protocol": "HTTP" },
            {
              "path": "x"
            }
          ],
          "schedule": { "expression": "99 * * * *" }
        }
        """;

    [Theory]
    [InlineData("/id", 2, 3, 2, 15)]
    // After an umlaut, one code unit, and a face, two: `  "id": "/ä😀", ` is 16 long.
    [InlineData("cpus", 2, 17, 2, 28)]
    [InlineData("/healthChecks/1/path", 6, 7, 6, 18)]
    [InlineData("/healthChecks(1)/path", 6, 7, 6, 18)]
    [InlineData("healthChecks[0].protocol", 4, 7, 4, 25)]
    [InlineData("schedule.expression", 9, 17, 9, 43)]
    // What is missing is shown where it would be.
    [InlineData("/healthChecks/1/port", 5, 5, 5, 6)]
    [InlineData("/nothing/of/this", 1, 1, 1, 2)]
    [InlineData("/", 1, 1, 1, 2)]
    public void A_path_is_found_in_the_text(string path, int line, int column, int endLine, int endColumn) =>
        JsonPlaces.Of(Json).Find(path).ShouldBe(new TextPlace(line, column, endLine, endColumn));

    [Fact]
    public void What_was_read_of_a_broken_text_is_found() =>
        JsonPlaces.Of("{\n \"id\": \"/a\",\n \"cpus\": }").Find("/id").ShouldBe(new TextPlace(2, 2, 2, 12));
}
