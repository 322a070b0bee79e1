using System.Diagnostics;
using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Processes;

/// <summary>Variables of a task that would make the agent's own programs, with the agent's rights, do what the task says.</summary>
public sealed class ObeyedVariablesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("LD_PRELOAD=/x.so", true)]
    [InlineData("LD_AUDIT=/x.so", true)]
    [InlineData("GLIBC_TUNABLES=glibc.malloc.check=3", true)]
    [InlineData("BASH_ENV=/x", true)]
    [InlineData("ENV=/x", true)]
    [InlineData("PS4=$(id)", true)]
    [InlineData("BASH_FUNC_echo%%=() { id; }", true)]
    [InlineData("a b=c", true)]
    [InlineData("=x", false)]
    [InlineData("PATH=/x", false)]
    [InlineData("LDX=1", false)]
    [InlineData("PASSWORD=a=b", false)]
    public void Those_that_loaders_and_shells_obey_are_set_for_the_command_alone(string variable, bool isObeyed)
    {
        var (harmless, obeyed) = ObeyedVariables.Split([variable]);

        (harmless.Count, obeyed.Count).ShouldBe(isObeyed ? (0, 1) : (1, 0));
        ObeyedVariables.Set(obeyed, ["/bin/x", "y"]).ShouldBe(isObeyed ? ["/usr/bin/env", "--", variable, "/bin/x", "y"] : ["/bin/x", "y"]);
    }

    [RootFact]
    public async Task A_library_that_a_task_names_is_loaded_by_its_own_programs_and_by_none_of_the_agent()
    {
        // It writes down for whom it was loaded; the task's user has to reach it.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        var (source, library, seen) = (_folder.File("spy.c"), _folder.File("spy.so"), _folder.File("seen"));
        await File.WriteAllTextAsync(source, $$"""
            #include <fcntl.h>
            #include <stdio.h>
            #include <unistd.h>
            __attribute__((constructor)) static void spy(void)
            {
                char line[32];
                int file = open("{{seen}}", O_WRONLY | O_APPEND), length = snprintf(line, sizeof line, "%d\n", (int)geteuid());
                if (file >= 0 && write(file, line, length) < 0) { }
            }
            """);
        using (var compiler = Process.Start("cc", ["-shared", "-fPIC", "-o", library, source]))
        {
            await compiler.WaitForExitAsync();
            compiler.ExitCode.ShouldBe(0);
        }
        await File.WriteAllTextAsync(seen, "");
        File.SetUnixFileMode(seen, (UnixFileMode)0b110_110_110);
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, _folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Forever() with { Command = new() { Shell = "exec sleep 100000", User = "nobody" }, Environment = ValueMap.Create(("LD_PRELOAD", library)) };
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);

        var exec = await TestExec.StartAsync(session, task, new() { Shell = "printenv LD_PRELOAD" });
        (await exec.EndAsync()).ExitStatus.ShouldBe(0, exec.Errors);
        exec.Output.ShouldBe(library + "\n");
        // And one that comes with the command.
        exec = await TestExec.StartAsync(session, task, new() { Shell = "echo $BASH_ENV" }, false, ("BASH_ENV", "/tmp/x"));
        (await exec.EndAsync()).ExitStatus.ShouldBe(0, exec.Errors);
        exec.Output.ShouldBe("/tmp/x\n");

        var users = (await File.ReadAllLinesAsync(seen)).Distinct().ToList();
        users.ShouldNotBeEmpty();
        users.ShouldNotContain("0");
    }
}
