using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Marathon.Definitions;

public sealed class RoundTripTests
{
    [Fact]
    public void Any_accepted_definition_that_is_read_back_and_sent_again_changes_nothing()
    {
        var definitions = new RandomDefinition(seed: 20260131);
        for (var i = 0; i < 2_000; i++)
        {
            var sent = definitions.Next().ToJsonString();
            var app = Definition.Read(sent);
            var shown = Definition.Write(app);
            Definition.Read(shown).ShouldBe(app, sent);
            // As an update too, in whatever order a client writes the members.
            Definition.Update(app, shown).ShouldBe(app, sent);
            Definition.Update(app, Reversed(JsonNode.Parse(shown)!).ToJsonString()).ShouldBe(app, sent);
        }
    }

    private static JsonNode Reversed(JsonNode json) => json switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Reversed(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(item => item is null ? null : Reversed(item))]),
        _ => json.DeepClone(),
    };
}
