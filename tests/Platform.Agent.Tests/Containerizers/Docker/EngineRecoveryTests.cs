using System.Collections.Concurrent;
using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Nothing of containers is lost, doubled or left over, whoever is killed.</summary>
public sealed class EngineRecoveryTests(TestEngine engine) : EngineTests(engine)
{
    private const string SeedsVariable = "PLATFORM_TEST_KILL_SEEDS";

    [EngineFact]
    public async Task An_agent_that_is_killed_finds_its_containers_again_with_what_they_wrote_and_how_they_ended()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var (stays, ends) = (Shell("i=0; while :; do echo $i; i=$((i + 1)); sleep 0.05; done"), Shell("echo before; until test -e $MESOS_SANDBOX/go; do sleep 0.05; done; echo after; exit 7"));
        var stranger = await StrangerAsync();
        string sandbox;
        int pid;
        await using (var first = AgentProcess.Start(master, folder, Engine))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(stays, ends);
            var running = new Dictionary<string, TaskUpdate>();
            while (running.Count < 2)
            {
                var update = await session.UpdateAsync(update => update.State == TaskState.Running);
                running[update.TaskId] = update;
            }
            (pid, sandbox) = (running[stays.TaskId].ProcessId!.Value, running[ends.TaskId].Sandbox!);
            await TaskOutput.WaitForAsync(running[ends.TaskId], "before");
            await first.KillAsync();
        }
        await File.WriteAllTextAsync(Path.Combine(sandbox, "go"), "");
        await EndedAsync(ends);
        // One that the agent made for a task of which nothing was kept.
        var unknown = await StrangerAsync(("platform.agent", (await File.ReadAllTextAsync(folder.File("work/agent-id"))).Trim()), ("platform.task", "nobody.knows"));
        await using (AgentProcess.Start(master, folder, Engine))
        {
            var session = await master.AcceptAsync();
            session.Registration.Tasks.Select(task => task.Status.TaskId).Order().ShouldBe(new[] { stays.TaskId, ends.TaskId }.Order());
            var end = await session.EndAsync(ends);
            (end.State, end.ExitStatus).ShouldBe((TaskState.Failed, 7));
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("before\nafter\n");
            File.Exists($"/proc/{pid}/stat").ShouldBeTrue("it ran on");
            await session.KillAsync(stays, grace: 0);
            var last = await session.EndAsync(stays);
            var numbers = await File.ReadAllLinesAsync(Path.Combine(last.Sandbox!, "stdout"));
            numbers.ShouldBe(Enumerable.Range(0, numbers.Length).Select(i => $"{i}"), "each line is there once");
            await GoneAsync(unknown);
        }
        (await Engine.ContainersAsync()).Select(container => container.ID).ShouldBe([stranger]);
        await Engine.Client.Containers.RemoveContainerAsync(stranger, new() { Force = true });
    }

    [EngineFact]
    public async Task An_engine_that_is_killed_ends_containers_new_ones_wait_and_processes_go_on()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { Docker = Engine.Endpoint });
        var session = await master.AcceptAsync();
        var (process, container) = (TestTask.Forever(), Shell("echo lived; exec sleep 100000"));
        await session.LaunchAsync(process, container);
        var running = await session.UpdateAsync(update => update.State == TaskState.Running);
        var other = await session.UpdateAsync(update => update.State == TaskState.Running);
        await TaskOutput.WaitForAsync(running.TaskId == container.TaskId ? running : other, "lived");

        await Engine.StopAsync(Libc.SigKill);
        // Without the engine the agent does not offer it; a task that was on its way says what it waits for.
        session = await master.AcceptAsync();
        session.Registration.Containerizers.ShouldBe(["process"]);
        session.Registration.Tasks.Count.ShouldBe(2);
        var late = Shell("exit 0");
        await session.LaunchAsync(late);
        (await session.UpdateAsync(late, TaskState.Starting)).Message.ShouldNotBeNull().ShouldStartWith("Waiting for the Docker Engine: no Docker Engine at");

        (await Engine.RestartAsync()).ShouldBeNull();
        // An engine without live-restore ends what ran; with it the task would be told as running. Sessions begin anew as the engine comes back.
        session = await master.AcceptAsync();
        session.Registration.Containerizers.ShouldBe(["process", "docker"]);
        var ends = new Dictionary<string, TaskUpdate>();
        while (ends.Count < 2)
        {
            var end = await session.UpdateAsync(update => update.State.IsTerminal());
            ends[end.TaskId] = end;
        }
        ends[late.TaskId].State.ShouldBe(TaskState.Finished);
        ends[container.TaskId].State.ShouldBe(TaskState.Failed);
        await session.KillAsync(process, grace: 0);
        (await session.EndAsync(process)).State.ShouldBe(TaskState.Killed);
        (await Engine.ContainersAsync()).ShouldBeEmpty();
    }

    [EngineFact]
    public async Task Whatever_is_killed_when_no_container_is_doubled_and_none_is_left_over()
    {
        var seeds = int.TryParse(Environment.GetEnvironmentVariable(SeedsVariable), out var given) ? given : 2;
        for (var seed = 1; seed <= seeds; seed++)
            await RunSeedAsync(seed);
    }

    // Tasks write one line and end, while agent, engine and containers are killed at random. Each is told to be over, with one status, and has run once.
    private async Task RunSeedAsync(int seed)
    {
        const int Rounds = 4, PerRound = 3;
        var random = new Random(seed);
        using var folder = new TestFolder();
        using var counts = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var all = Enumerable.Range(0, Rounds * PerRound).Select(i => Shell($"echo run >> /counts/{i}; sleep 0.{random.Next(10)}") with
        {
            Volumes = [new VolumeSpec { ContainerPath = "/counts", HostPath = counts.Path }],
        }).ToArray();
        var ends = new ConcurrentDictionary<string, TaskUpdate>();
        var (ordered, isOver) = (0, new TaskCompletionSource());
        // As the control plane: what is told is written down before it is acknowledged, and what is not over is ordered again in each session.
        master.Told = update =>
        {
            if (!update.State.IsTerminal())
                return;
            var first = ends.GetOrAdd(update.TaskId, update);
            if ((first.State, first.ExitStatus) != (update.State, update.ExitStatus))
                isOver.TrySetException(new InvalidOperationException($"seed {seed}: {update.TaskId} ended as {first} and then as {update}"));
            if (ends.Count == all.Length)
                isOver.TrySetResult();
        };
        master.Launch = () => all.Take(Volatile.Read(ref ordered)).Where(task => !ends.ContainsKey(task.TaskId));
        var agent = AgentProcess.Start(master, folder, Engine);
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                Interlocked.Add(ref ordered, PerRound);
                master.Renew();
                // A moment that is another one for each seed; nothing is expected of it.
                await Task.Delay(random.Next(600));
                switch (random.Next(3))
                {
                    case 0:
                        await agent.KillAsync();
                        agent = AgentProcess.Start(master, folder, Engine);
                        break;
                    case 1:
                        await Engine.StopAsync(Libc.SigKill);
                        (await Engine.RestartAsync()).ShouldBeNull();
                        break;
                    default:
                        if ((await Engine.ContainersAsync()).FirstOrDefault() is { } some)
                            await Engine.Client.Containers.RemoveContainerAsync(some.ID, new() { Force = true }).ContinueWith(_ => { }, TaskScheduler.Default);
                        break;
                }
            }
            await isOver.Task.WaitAsync(TimeSpan.FromMinutes(3));
            foreach (var file in Directory.GetFiles(counts.Path))
                (await File.ReadAllLinesAsync(file)).Length.ShouldBe(1, $"seed {seed}: task {Path.GetFileName(file)} ran twice");
            foreach (var end in ends.Values)
                end.State.ShouldBeOneOf(TaskState.Finished, TaskState.Failed);
        }
        finally
        {
            await agent.DisposeAsync();
        }
        (await Engine.ContainersAsync()).Select(container => $"{container.Names[0]} {container.Status}").ShouldBeEmpty($"seed {seed}");
    }

    private async Task<string> StrangerAsync(params (string Key, string Value)[] labels)
    {
        var made = await Engine.Client.Containers.CreateContainerAsync(new() { Image = TestEngine.Image, Entrypoint = ["sleep", "100000"], Labels = labels.ToDictionary(label => label.Key, label => label.Value), HostConfig = new() { NetworkMode = "host" } });
        await Engine.Client.Containers.StartContainerAsync(made.ID, new());
        return made.ID;
    }

    private async Task GoneAsync(string id)
    {
        try
        {
            await Engine.Client.Containers.WaitContainerAsync(id, Deadline.Token());
        }
        catch (global::Docker.DotNet.DockerApiException)
        {
            // Removed before.
        }
    }
}
