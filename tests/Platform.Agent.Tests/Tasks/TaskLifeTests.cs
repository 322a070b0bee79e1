using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Tasks;

/// <summary>Real processes, once with the compiled supervisor and once with the shell.</summary>
public abstract class TaskLifeTests(string? shim)
{
    public sealed class Native() : TaskLifeTests(Agent.Containerizers.Process.ShimLauncher.BuiltProgram);

    public sealed class Shell() : TaskLifeTests(null);

    private AgentOptions Options(TestMaster master, TestFolder folder) => TestAgent.Options(master, folder) with { ShimProgram = shim };

    private protected async Task WithAgentAsync(Func<TestSession, TestFolder, Task> test, Func<AgentOptions, AgentOptions>? change = null)
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        await using var agent = TestAgent.Start(change?.Invoke(options) ?? options);
        var accepted = master.AcceptAsync();
        // An agent that cannot begin says why.
        if (await Task.WhenAny(accepted, agent.Completion) != accepted)
            await agent.Completion;
        await test(await accepted, folder);
    }

    [Theory]
    [InlineData("exit 0", TaskState.Finished, 0, null, "Command exited with status 0")]
    [InlineData("exit 3", TaskState.Failed, 3, null, "Command exited with status 3")]
    [InlineData("exit 137", TaskState.Failed, 137, null, "Command exited with status 137")]
    [InlineData("kill -9 $$", TaskState.Failed, null, 9, "Command terminated by signal SIGKILL")]
    [InlineData("kill -11 $$", TaskState.Failed, null, 11, "Command terminated by signal SIGSEGV")]
    [InlineData("kill -15 $$", TaskState.Failed, null, 15, "Command terminated by signal SIGTERM")]
    public Task A_task_reports_that_it_runs_and_how_it_ended(string line, TaskState state, int? status, int? signal, string message) =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell(line);
            await session.LaunchAsync(task);
            var running = await session.UpdateAsync();
            running.State.ShouldBe(TaskState.Running);
            running.ProcessId.ShouldNotBeNull();
            var end = await session.UpdateAsync();
            end.State.ShouldBe(state);
            end.ExitStatus.ShouldBe(status);
            end.Signal.ShouldBe(signal);
            end.Message.ShouldBe(message);
        });

    [Fact]
    public Task An_argument_vector_is_executed_without_a_shell_in_the_sandbox_with_its_environment() =>
        WithAgentAsync(async (session, folder) =>
        {
            var task = TestTask.Argv("env") with
            {
                Environment = Core.Collections.ValueMap.Create(("PORT0", "31005"), ("TEXT", "a b  'c'")),
                SecretEnvironment = Core.Collections.ValueMap.Create(("PASSWORD", new SecretText("hidden"))),
            };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished);
            var lines = await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"));
            lines.ShouldContain("PORT0=31005");
            lines.ShouldContain("TEXT=a b  'c'");
            lines.ShouldContain("PASSWORD=hidden");
            lines.ShouldContain("HOST=127.0.0.1");
            lines.ShouldContain($"MESOS_SANDBOX={end.Sandbox}");
            lines.ShouldContain($"MESOS_TASK_ID={task.TaskId}");
        });

    [Fact]
    public Task A_task_leads_its_own_session_and_process_group_and_works_in_its_sandbox() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("pwd; cut -d' ' -f1,5,6 /proc/$$/stat; echo oops >&2");
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            var lines = await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"));
            lines[0].ShouldBe(end.Sandbox);
            var pid = end.ProcessId!.Value;
            lines[1].ShouldBe($"{pid} {pid} {pid}");
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stderr"))).ShouldBe("oops\n");
        });

    [Fact]
    public Task A_program_that_does_not_exist_is_a_failure_with_a_readable_reason() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Argv("no-such-program-here");
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Failed);
            (end.Message + end.StderrTail).ShouldContain("No such file or directory");
        });

    [Fact]
    public Task The_last_lines_of_stderr_come_with_a_failure() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("for i in 1 2 3; do echo line $i >&2; done; exit 1");
            await session.LaunchAsync(task);
            (await session.EndAsync(task)).StderrTail.ShouldBe("line 1\nline 2\nline 3");
        });

    [Fact]
    public Task A_kill_begins_with_SIGTERM_and_the_task_may_end_in_its_own_way() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done") with { KillGraceSeconds = 50 };
            await session.LaunchAsync(task);
            await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "ready");
            await session.KillAsync(task);
            await session.UpdateAsync(task, TaskState.Killing);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Killed);
            end.ExitStatus.ShouldBe(7);
        });

    [Fact]
    public Task A_task_that_ignores_SIGTERM_is_killed_after_its_grace() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("trap '' TERM; echo ready; while :; do sleep 0.01; done") with { KillGraceSeconds = 0.1 };
            await session.LaunchAsync(task);
            await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "ready");
            await session.KillAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Killed);
            end.Signal.ShouldBe(9);
        });

    [Fact]
    public Task A_second_kill_shortens_the_grace() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
            await session.LaunchAsync(task);
            await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "ready");
            await session.KillAsync(task, grace: 100_000);
            await session.UpdateAsync(task, TaskState.Killing);
            await session.KillAsync(task, grace: 0);
            (await session.EndAsync(task)).Signal.ShouldBe(9);
        });

    [Theory]
    [InlineData("platform-test")]
    [InlineData(null)]
    public Task A_stray_child_in_a_session_of_its_own_dies_with_the_task(string? cgroups) =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("setsid sh -c 'echo $$; trap \"\" TERM; while :; do sleep 0.01; done' & exec sleep 100000") with { KillGraceSeconds = 20 };
            await session.LaunchAsync(task);
            var stray = int.Parse(await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "\n"));
            ProcessTable.Read(stray).ShouldNotBeNull();
            await session.KillAsync(task);
            await session.EndAsync(task);
            (ProcessTable.Read(stray) is { State: not 'Z' }).ShouldBeFalse();
        }, o => o with { CgroupRoot = cgroups });

    [Fact]
    public Task A_pre_stop_hook_runs_before_SIGTERM() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("trap 'echo term; exit 0' TERM; echo ready; while :; do sleep 0.01; done") with
            {
                KillGraceSeconds = 50,
                PreStop = new CommandSpec { Shell = "echo hook >> stdout" },
            };
            await session.LaunchAsync(task);
            await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "ready");
            await session.KillAsync(task);
            var end = await session.EndAsync(task);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("ready\nhook\nterm\n");
        });

    [Fact]
    public Task A_task_that_runs_longer_than_it_may_fails_with_that_reason() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Forever() with { MaxCompletionSeconds = 0.2 };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Failed);
            end.Reason.ShouldBe(TaskReasons.MaxCompletionTime);
        });

    [Theory]
    // A hundred days, which no timer can be set for, and more than there are instants.
    [InlineData(100 * 86_400.0)]
    [InlineData(1e300)]
    public Task A_task_may_have_a_limit_that_is_longer_than_any_timer(double seconds) =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("true") with { MaxCompletionSeconds = seconds };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message);
        });

    [Fact]
    public Task A_task_can_run_as_another_user() =>
        WithAgentAsync(async (session, folder) =>
        {
            folder.OpenToOthers();
            var task = TestTask.Shell("id -u; touch mine") with { Command = new CommandSpec { Shell = "id -u; touch mine", User = "nobody" } };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message + end.StderrTail);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("65534\n");
        });

    [Fact]
    public Task A_task_of_another_user_can_open_its_standard_output_anew_and_write_wherever_its_sandbox_is() =>
        WithAgentAsync(async (session, folder) =>
        {
            folder.OpenToOthers();
            const string Line = "echo out > /dev/stdout && echo err > /dev/stderr && echo more >> stdout && touch made/by/me && stat -c %U stdout stderr . made made/by";
            var task = TestTask.Shell(Line) with
            {
                Command = new CommandSpec { Shell = Line, User = "nobody" },
                Volumes = [new VolumeSpec { ContainerPath = "made/by/link", HostPath = "own" }],
            };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message + end.StderrTail);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldEndWith("more\n" + string.Concat(Enumerable.Repeat("nobody\n", 5)));
        });

    [Fact]
    public Task No_file_that_whoever_started_the_agent_had_open_reaches_a_task_its_supervisor_a_check_or_a_hook() =>
        WithAgentAsync(async (session, folder) =>
        {
            const int Duplicate = 0, Far = 300; // F_DUPFD, from this number on
            var secret = folder.Write("secret-of-the-starter", "");
            // Without the mark that the runtime gives its own files.
            var opened = Libc.Open(secret, 0, 0);
            var high = Libc.Control(opened, Duplicate, Far);
            high.ShouldBeGreaterThanOrEqualTo(Far);
            const string List = "ls -l /proc/self/fd >> files; touch listed";
            var task = TestTask.Shell($"{List}; until [ -e checked ]; do sleep 0.01; done; exec sleep 100000") with
            {
                Checks = [new CheckSpec { Kind = CheckKind.Command, Command = new CommandSpec { Shell = "until [ -e listed ]; do sleep 0.01; done; ls -l /proc/self/fd >> files; touch checked" }, IntervalSeconds = 0.1 }],
                PreStop = new CommandSpec { Shell = List },
                KillGraceSeconds = 50,
            };
            try
            {
                await session.LaunchAsync(task);
                var running = await session.UpdateAsync(u => u.Healthy == true);
                var supervisor = ProcessTable.Read(running.ProcessId!.Value)!.Value.Parent;
                FilesOf(supervisor).ShouldNotContain(secret);
                FilesOf(running.ProcessId.Value).ShouldBe(["/dev/null", Path.Combine(running.Sandbox!, "stdout"), Path.Combine(running.Sandbox!, "stderr")]);
                await session.KillAsync(task);
                var end = await session.EndAsync(task);
                var seen = await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "files"));
                seen.ShouldNotContain("secret-of-the-starter");
            }
            finally
            {
                _ = Libc.Close(opened);
                _ = Libc.Close(high);
            }
        });

    [Fact]
    public Task The_containers_of_a_pod_make_a_volume_that_they_share_at_the_same_time() =>
        WithAgentAsync(async (session, _) =>
        {
            const int Pods = 20, Containers = 4;
            for (var pod = 0; pod < Pods; pod++)
            {
                var tasks = Enumerable.Range(0, Containers).Select(_ => TestTask.Shell("echo mine >> data/file; exit 0") with
                {
                    Group = $"pod-{pod}",
                    EndsGroup = TaskGroupEnd.OnFailure,
                    Volumes =
                    [
                        new VolumeSpec { ContainerPath = "data", PersistentId = $"volume-{pod}" },
                        new VolumeSpec { ContainerPath = "data/configuration", HostPath = "/etc" },
                    ],
                }).ToArray();
                await session.LaunchAsync(tasks);
                for (var i = 0; i < Containers; i++)
                {
                    var end = await session.UpdateAsync(u => u.State.IsTerminal());
                    end.State.ShouldBe(TaskState.Finished, end.Message + end.StderrTail);
                }
            }
        });

    [Fact]
    public Task An_unknown_user_is_a_failure_with_a_readable_reason() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("true") with { Command = new CommandSpec { Shell = "true", User = "no-such-user" } };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Failed);
            end.Message.ShouldBe("The user 'no-such-user' does not exist on this agent");
        });

    [Fact]
    public Task When_one_task_of_a_group_ends_the_others_are_killed() =>
        WithAgentAsync(async (session, _) =>
        {
            var first = TestTask.Forever() with { Group = "pod-1" };
            var second = TestTask.Forever() with { Group = "pod-1" };
            await session.LaunchAsync(first, second);
            await session.UpdateAsync(u => u.State == TaskState.Running);
            await session.UpdateAsync(u => u.State == TaskState.Running);
            await session.KillAsync(first);
            await session.EndAsync(first);
            var end = await session.EndAsync(second);
            end.State.ShouldBe(TaskState.Killed);
            end.Reason.ShouldBe(TaskReasons.GroupEnded);
        });

    [Fact]
    public Task A_signal_reaches_what_runs_and_ends_nothing_by_itself() =>
        WithAgentAsync(async (session, _) =>
        {
            var task = TestTask.Shell("trap 'exit 7' USR1; echo ready; while :; do sleep 0.05; done");
            await session.LaunchAsync(task);
            await session.UpdateAsync(task, TaskState.Running);
            await session.FileAsync(chunk => chunk.Bytes.Length > 0, new() { TaskId = task.TaskId, Path = "stdout", Length = 100, WaitSeconds = 60 });
            await session.SendAsync(new AgentCommand { Signals = [new("nobody", 10), new(task.TaskId, 10)] });
            var end = await session.EndAsync(task);
            (end.State, end.ExitStatus).ShouldBe((TaskState.Failed, 7));
        });

    [Fact]
    public Task More_memory_than_the_limit_is_a_failure_with_that_reason() =>
        WithAgentAsync(async (session, _) =>
        {
            session.Registration.Isolation.ShouldStartWith("cgroups");
            // tail keeps a line that never ends in memory: 200 MB of it against a limit of 40.
            var task = TestTask.Shell("head -c 200000000 /dev/zero | tail -n 1 > /dev/null", "cpus:0.1;mem:40");
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Failed);
            end.Reason.ShouldBe(TaskReasons.MemoryLimit);
            end.Message!.ShouldStartWith("Memory limit exceeded: 40 MB");
        });

    private static List<string> FilesOf(int pid) =>
        [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Order(StringComparer.Ordinal).Select(entry => new FileInfo(entry).LinkTarget ?? "")];
}
