using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodRoundTripTests
{
    [Fact]
    public void Any_accepted_pod_that_is_read_back_and_sent_again_changes_nothing()
    {
        var definitions = new RandomPod(seed: 20260131);
        for (var i = 0; i < 2_000; i++)
        {
            var sent = definitions.Next().ToJsonString();
            var pod = PodText.Read(sent);
            var shown = PodText.Write(pod);
            PodText.Read(shown).ShouldBe(pod, sent);
            PodText.Write(PodText.Read(shown)).ShouldBe(shown);
            PodText.Read(Reversed(JsonNode.Parse(shown)!).ToJsonString()).ShouldBe(pod, sent);
        }
    }

    private static JsonNode Reversed(JsonNode json) => json switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Reversed(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(item => item is null ? null : Reversed(item))]),
        _ => json.DeepClone(),
    };
}
