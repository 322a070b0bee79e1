using System.Net;
using System.Text.Json;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Api.Tests.Marathon.Pods;

/// <summary>What tests of pods do with a server.</summary>
internal static class PodServer
{
    public static string Definition(string id, int instances = 1, string members = "", string containers = "") =>
        $$"""{"id":"{{id}}","containers":[{{(containers.Length > 0 ? containers : PodText.Container(""))}}],"scaling":{"kind":"fixed","instances":{{instances}}}{{(members.Length > 0 ? "," + members : "")}}}""";

    /// <summary>A pod with the id, deployed.</summary>
    public static Task<Answer> AddPodAsync(this MarathonServer server, string id, int instances = 1, string members = "", string containers = "") =>
        server.ChangePodAsync("POST", "/v2/pods", Definition(id, instances, members, containers), HttpStatusCode.Created);

    /// <summary>Sends a change of a pod, checks its status and waits until its deployment has ended.</summary>
    public static async Task<Answer> ChangePodAsync(this MarathonServer server, string method, string path, string? json, HttpStatusCode expected)
    {
        var answer = await server.SendAsync(method, path, json);
        answer.Status.ShouldBe(expected, answer.Text);
        await server.EndAsync(answer);
        return answer;
    }

    /// <summary>Waits until the deployment that an answer names has ended.</summary>
    public static async Task EndAsync(this MarathonServer server, Answer answer)
    {
        var id = answer.Headers["Marathon-Deployment-Id"];
        await server.WaitForAsync(item => item.Type is "deployment_success" or "deployment_failed" && JsonElement.Parse(item.Json).GetProperty("id").GetString() == id);
    }

    public static async Task<JsonElement> PodStatusAsync(this MarathonServer server, string id) => (await server.GetAsync($"/v2/pods{id}::status")).Json;

    public static Task<Answer> PodStatusUntilAsync(this MarathonServer server, string id, Func<JsonElement, bool> wanted) =>
        server.AskUntilAsync($"/v2/pods{id}::status", answer => answer.Status == HttpStatusCode.OK && wanted(answer.Json));

    public static List<JsonElement> Instances(this JsonElement status) => [.. status.GetProperty("instances").EnumerateArray()];

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>A container of an instance changes its state by itself.</summary>
    public static Task ReportAsync(this MarathonServer server, JsonElement instance, string container, TaskState state, Func<TaskUpdate, TaskUpdate>? change = null)
    {
        var task = instance.GetProperty("containers").EnumerateArray().Single(one => one.Text("name") == container).Text("containerId");
        return Agent(server, instance).ReportAsync(task, state, change);
    }

    private static SimulatedAgent Agent(MarathonServer server, JsonElement instance) => server.Cluster.Agents.Single(agent => agent.Id == instance.Text("agentId"));
}
