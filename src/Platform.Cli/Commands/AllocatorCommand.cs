using System.CommandLine;
using Platform.Core.Allocation;

namespace Platform.Cli.Commands;

/// <summary><c>platform allocator</c>: the allocation rules, without a cluster.</summary>
internal static class AllocatorCommand
{
    internal static Command Build() => new("allocator", "Runs the allocation rules without a cluster.") { Replay() };

    private static Command Replay()
    {
        var file = new Argument<string>("FILE") { Description = "Scenarios in JSON: an object with 'sorter' and 'allocator'; - reads standard input." };
        var command = new Command("replay", "Replays step scenarios; a line for each, then 'N passed, N failed'.") { file };
        command.Serve(async (result, cancellationToken) =>
        {
            var name = result.GetRequiredValue(file);
            try
            {
                var text = name == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(name, cancellationToken);
                var report = AllocatorReplay.Run(text);
                foreach (var line in report.Lines)
                    await Console.Out.WriteLineAsync(line);
                await Console.Out.WriteLineAsync($"{report.Passed} passed, {report.Failed} failed");
                return report.Failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
            }
            catch (FormatException exception)
            {
                throw new CommandException(ExitCodes.Usage, $"{name}: {exception.Message}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCodes.Usage, $"cannot read {name}: {exception.Message}");
            }
        });
        return command;
    }
}
