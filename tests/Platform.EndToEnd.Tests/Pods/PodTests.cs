using System.Text.Json.Nodes;
using Platform.Client.Pods;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Pods;

/// <summary>Pods of real processes on real agents.</summary>
public sealed class PodTests(ITestOutputHelper output)
{
    private const string Id = "/shop/web";

    [Fact]
    public async Task Containers_of_a_pod_talk_over_localhost_share_a_volume_roll_and_are_replaced_and_removed_together()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("one");
        cluster.StartAgent("two");
        await cluster.UntilAsync("both agents are there", async () => (await cluster.Client.Agents.ListAsync()).Count(agent => agent.Condition == "Active") == 2);
        var said = Path.Combine(cluster.Directory.Path, "said");
        using var http = new HttpClient();

        await cluster.SucceededAsync(await cluster.Client.Pods.CreateAsync(Definition("first", said)));
        var first = await StableAsync(cluster, _ => true);
        first.Containers.Select(container => (container.Name, container.Status)).ShouldBe(
            [("prepare", "TASK_FINISHED"), ("web", "TASK_RUNNING"), ("client", "TASK_RUNNING"), ("watch", "TASK_RUNNING")]);
        first.Containers[1].Conditions.ShouldHaveSingleItem().Value.ShouldBe("true");
        // The init container wrote it, the server served it, the client fetched it by localhost and wrote it to the volume that the server serves.
        await ServesAsync(cluster, http, first, "first");
        var processes = await ProcessesAsync(cluster, first, 3);
        processes.Select(process => process.Environment["ENDPOINT_WEB"]).Distinct().ShouldHaveSingleItem().ShouldBe($"{Port(first)}");
        processes.ShouldAllBe(process => process.Environment["HOST"] == first.AgentHostname);

        // A new definition: the old instance goes as a whole, and its pre-stop hook is heard.
        await cluster.SucceededAsync(await cluster.Client.Pods.Get(Id).ReplaceAsync(Definition("second", said)));
        var second = await StableAsync(cluster, instance => instance.Id != first.Id);
        await ServesAsync(cluster, http, second, "second");
        await ProcessesAsync(cluster, first, 0);
        (await File.ReadAllTextAsync(said)).ShouldBe(first.Containers[1].ContainerId + "\n");

        // One container is lost: the others go with it, and all are started anew.
        var web = (await ProcessesAsync(cluster, second, 3)).Single(process => process.TaskId == second.Containers[1].ContainerId);
        Signals.Send(web.Id, Signals.Kill);
        var third = await StableAsync(cluster, instance => instance.Id != second.Id);
        await ServesAsync(cluster, http, third, "second");
        await ProcessesAsync(cluster, second, 0);
        var pod = await cluster.Client.Pods.Get(Id).GetAsync();
        var ended = pod.TerminationHistory.ShouldHaveSingleItem();
        ended.InstanceID.ShouldBe(second.Id);
        ended.Message!.ShouldContain("SIGKILL");

        await cluster.SucceededAsync(await cluster.Client.Pods.Get(Id).RemoveAsync());
        await ProcessesAsync(cluster, third, 0);
        (await cluster.Client.Pods.ListAsync()).ShouldBeEmpty();
        await cluster.UntilAsync("its port is free", async () => !await AnswersAsync(http, third, "page"));
    }

    private static JsonObject Definition(string text, string said) => JsonNode.Parse($$"""
        {
            "id": "{{Id}}", "environment": { "TEXT": "{{text}}" }, "scaling": { "kind": "fixed", "instances": 1 }, "networks": [{ "mode": "host" }],
            "scheduling": { "backoff": { "backoff": 0 }, "upgrade": { "minimumHealthCapacity": 1, "maximumOverCapacity": 1 } },
            "volumes": [{ "name": "shared" }],
            "containers": [
                {
                    "name": "prepare", "platform": { "role": "init" }, "resources": { "cpus": 0.1, "mem": 16 }, "volumeMounts": [{ "name": "shared", "mountPath": "shared" }],
                    "exec": { "command": { "shell": "echo $TEXT > shared/page" } }
                },
                {
                    "name": "web", "resources": { "cpus": 0.1, "mem": 64 }, "volumeMounts": [{ "name": "shared", "mountPath": "www" }],
                    "exec": { "command": { "shell": "cd www && exec python3 -m http.server $ENDPOINT_WEB" } }, "endpoints": [{ "name": "web", "hostPort": 0 }],
                    "healthCheck": { "http": { "endpoint": "web", "path": "/page" }, "intervalSeconds": 2, "timeoutSeconds": 1, "delaySeconds": 0, "gracePeriodSeconds": 60 },
                    "platform": { "preStop": "echo $MESOS_TASK_ID >> {{said}}" }
                },
                {
                    "name": "client", "resources": { "cpus": 0.1, "mem": 64 }, "volumeMounts": [{ "name": "shared", "mountPath": "out" }],
                    "exec": { "command": { "shell": "until python3 -c \"import os,urllib.request as u; open('out/copy','wb').write(u.urlopen('http://127.0.0.1:%s/page' % os.environ['ENDPOINT_WEB']).read())\"; do sleep 0.2; done; exec sleep 100000" } }
                },
                { "name": "watch", "platform": { "role": "sidecar" }, "resources": { "cpus": 0.1, "mem": 16 }, "exec": { "command": { "argv": ["sleep", "100000"] } } }
            ]
        }
        """)!.AsObject();

    /// <summary>The only instance, once it is stable.</summary>
    private static async Task<PodInstance> StableAsync(Cluster cluster, Func<PodInstance, bool> wanted)
    {
        PodStatus? pod = null;
        await cluster.UntilAsync("the pod has one stable instance", async () =>
        {
            pod = await cluster.Client.Pods.Get(Id).GetAsync();
            return pod is { Status: "STABLE", Instances: [{ Status: "STABLE" } only] } && wanted(only);
        });
        return pod!.Instances[0];
    }

    private static Task ServesAsync(Cluster cluster, HttpClient http, PodInstance instance, string text) =>
        cluster.UntilAsync($"it serves '{text}' under both names", async () =>
            await http.GetStringAsync(Url(instance, "page")) == text + "\n" && await http.GetStringAsync(Url(instance, "copy")) == text + "\n");

    private static async Task<bool> AnswersAsync(HttpClient http, PodInstance instance, string page)
    {
        try
        {
            await http.GetStringAsync(Url(instance, page));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Url(PodInstance instance, string page) => $"http://{instance.AgentHostname}:{Port(instance)}/{page}";

    private static int Port(PodInstance instance) => instance.Containers[1].Endpoints[0].AllocatedHostPort!.Value;

    private static async Task<IReadOnlyList<TaskProcess>> ProcessesAsync(Cluster cluster, PodInstance instance, int count)
    {
        IReadOnlyList<TaskProcess> processes = [];
        await cluster.UntilAsync($"{instance.Id} has exactly {count} processes", () =>
        {
            processes = [.. cluster.ProcessesOf(Id, "sleep").Concat(cluster.ProcessesOf(Id, "python3")).Where(process => process.TaskId.StartsWith(instance.Id + ".", StringComparison.Ordinal))];
            return Task.FromResult(processes.Count == count);
        });
        return processes;
    }
}
