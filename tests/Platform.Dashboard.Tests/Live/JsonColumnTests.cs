using System.Text.Json.Nodes;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class JsonColumnTests
{
    [Theory]
    // row, column, kind, written, then
    [InlineData("""{"port":1,"more":2}""", "port", JsonColumnKind.Number, "80", """{"port":80,"more":2}""")]
    [InlineData("""{"port":1,"more":2}""", "port", JsonColumnKind.Number, "0.5", """{"port":0.5,"more":2}""")]
    [InlineData("""{"port":1,"more":2}""", "port", JsonColumnKind.Number, "eighty", """{"port":"eighty","more":2}""")]
    [InlineData("""{"port":1,"more":2}""", "port", JsonColumnKind.Number, " ", """{"more":2}""")]
    [InlineData("""{}""", "file.folder", JsonColumnKind.Text, "in", """{"file":{"folder":"in"}}""")]
    // What is empty without it goes with it, and what is not stays.
    [InlineData("""{"file":{"folder":"in"},"a":1}""", "file.folder", JsonColumnKind.Text, "", """{"a":1}""")]
    [InlineData("""{"file":{"folder":"in","pattern":"*"}}""", "file.folder", JsonColumnKind.Text, "", """{"file":{"pattern":"*"}}""")]
    [InlineData("""{"event":"x"}""", "file.folder", JsonColumnKind.Text, "", """{"event":"x"}""")]
    [InlineData("""{}""", "on", JsonColumnKind.Names, "failure, recovery", """{"on":["failure","recovery"]}""")]
    [InlineData("""["rack"]""", "2", JsonColumnKind.Text, "a", """["rack","","a"]""")]
    [InlineData("""["rack","IS","a"]""", "2", JsonColumnKind.Text, "", """["rack","IS"]""")]
    [InlineData("""["rack","IS","a"]""", "0", JsonColumnKind.Text, "zone", """["zone","IS","a"]""")]
    public void What_is_written_is_put_into_the_row(string row, string column, JsonColumnKind kind, string written, string then)
    {
        var node = JsonNode.Parse(row)!;
        new JsonColumn(column, "", kind).Write(node, written);

        node.ToJsonString().ShouldBe(then);
    }

    [Theory]
    [InlineData("""{"on":["failure"]}""", "on", "failure, ", true)]
    [InlineData("""{"on":["failure"]}""", "on", "failure, re", false)]
    [InlineData("""{"on":["failure"]}""", "on", "", false)]
    public void What_is_not_yet_whole_means_what_stands_there(string row, string column, string written, bool means) =>
        new JsonColumn(column, "", JsonColumnKind.Names).Means(written, JsonNode.Parse(row)!).ShouldBe(means);

    [Theory]
    [InlineData("""{"on":["failure","recovery"]}""", "on", "failure, recovery")]
    [InlineData("""{"persistent":{"size":10}}""", "persistent.size", "10")]
    [InlineData("""{"persistent":{"size":10}}""", "hostPath", "")]
    [InlineData("""["rack","IS"]""", "1", "IS")]
    [InlineData("""["rack","IS"]""", "2", "")]
    public void What_stands_in_the_row_is_shown(string row, string column, string shown) => new JsonColumn(column, "").Read(JsonNode.Parse(row)).ShouldBe(shown);
}
