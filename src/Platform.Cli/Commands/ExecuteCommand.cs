using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Execute;
using Platform.Cli.Output;

namespace Platform.Cli.Commands;

/// <summary><c>platform execute</c>: runs one task, or one group of tasks, and tells what becomes of it. Options, output and exit status are those of mesos-execute.</summary>
internal static class ExecuteCommand
{
    private static readonly Option<string?> Master = Text("--master", "IP:PORT", "The control plane's address. Default: as --url.");
    private static readonly Option<string?> Task = Text("--task", "JSON", "The task: JSON, or file://PATH or a path of a file with it.");
    private static readonly Option<string?> TaskGroup = Text("--task_group", "JSON", "The group of tasks, likewise: {\"tasks\": [...]}.");
    private static readonly Option<string?> Name = Text("--name", "NAME", "The task's name and id.");
    private static readonly Option<string?> CommandLine = Text("--command", "COMMAND", "What to run.");
    private static readonly Option<bool> Shell = Flag("--shell", "Run the command by a shell; otherwise it is the path of a program. Default: true.", isOn: true);
    private static readonly Option<string?> Env = Text("--env", "JSON", "Environment variables: a JSON object, or a file with it.");
    private static readonly Option<string?> Resources = Text("--resources", "RESOURCES", "What the task needs. Default: cpus:1;mem:128.");
    private static readonly Option<string?> DockerImage = Text("--docker_image", "IMAGE", "The image to run in.");
    private static readonly Option<string?> Containerizer = Text("--containerizer", "mesos|docker", "What runs the image. Default: mesos.");
    private static readonly Option<string?> Volumes = Text("--volumes", "JSON", "Volumes: a JSON array, or a file with it.");
    private static readonly Option<string?> Networks = Text("--networks", "NAMES", "Names of networks to join, with commas between them.");
    private static readonly Option<string?> KillAfter = Text("--kill_after", "DURATION", "Kill the task when it has run for so long, such as 10secs.");
    private static readonly Option<string?> Role = Text("--role", "ROLE", "The role to run in. Default: *.");
    private static readonly Option<string?> Principal = Text("--principal", "NAME", "Who runs it.");
    private static readonly Option<string?> Secret = Text("--secret", "SECRET", "The principal's secret; sent as HTTP's basic authentication.");
    private static readonly Option<string?> ContentType = Text("--content_type", "json|protobuf", "Accepted for the sake of scripts; JSON is spoken either way.");
    private static readonly Option<string?> Capabilities = Text("--framework_capabilities", "NAMES", "Further capabilities; GPU_RESOURCES is known.");
    private static readonly Option<bool> Checkpoint = Flag("--checkpoint", "Accepted for the sake of scripts: tasks outlive their agent either way.", isOn: false);
    private static readonly Option<bool> PartitionAware = Flag("--partition_aware", "Tell tasks that are out of reach from lost ones. Default: true.", isOn: true);
    private static readonly Option<bool> Tty = Flag("--tty", "Give the task a terminal. Default: false.", isOn: false);

    internal static Command Build()
    {
        var command = new Command("execute", "Runs one task or one group of tasks as mesos-execute does, and tells what becomes of it.")
        {
            Master, Task, TaskGroup, Name, CommandLine, Shell, Env, Resources, DockerImage, Containerizer, Volumes, Networks, KillAfter, Role, Principal, Secret,
            ContentType, Capabilities, Checkpoint, PartitionAware, Tty,
        };
        command.Serve(async (result, cancellationToken) =>
        {
            var url = UrlOf(result);
            var wish = WishOf(result);
            var terminal = new Terminal(result.GetValue(GlobalOptions.Json), Console.Out, Console.Error);
            var sockets = new SocketsHttpHandler();
            using var http = new HttpClient(GlobalOptions.TrustOf(result, url)?.Guard(sockets) ?? sockets) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
            if (Logins.Find(url) is { } token)
                http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            if (result.GetValue(Principal) is { } principal && result.GetValue(Secret) is { } secret)
                http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{principal}:{secret}")));
            try
            {
                return await new TaskExecution(http, wish, terminal).RunAsync(cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CommandException(ExitCodes.ServerAway, $"{url.OriginalString} cannot be reached: {exception.Message}");
            }
            catch (ExecutionException exception)
            {
                throw new CommandException(ExitCodes.Failed, exception.Message);
            }
        });
        return command;
    }

    private static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static Option<bool> Flag(string name, string description, bool isOn) => new(name) { Description = description, DefaultValueFactory = _ => isOn };

    private static Uri UrlOf(ParseResult result)
    {
        if (result.GetValue(Master) is not { Length: > 0 } master)
            return GlobalOptions.UrlOf(result) ?? throw new CommandException(ExitCodes.Usage, $"${GlobalOptions.UrlVariable} is not an http or https address");
        return Uri.TryCreate(master.Contains("://", StringComparison.Ordinal) ? master : "http://" + master, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandException(ExitCodes.Usage, $"--master={master} is no address such as 127.0.0.1:5050");
    }

    private static ExecutionWish WishOf(ParseResult result)
    {
        var (task, group) = (result.GetValue(Task), result.GetValue(TaskGroup));
        if (task is not null && group is not null)
            throw new CommandException(ExitCodes.Failed, "Either task or task group should be set but not both. Provide either '--task' OR '--task_group'");
        if (task is null && group is null)
        {
            if (result.GetValue(Name) is null)
                throw new CommandException(ExitCodes.Failed, "Missing required option --name");
            if (result.GetValue(Shell) && result.GetValue(CommandLine) is null)
                throw new CommandException(ExitCodes.Failed, "Missing required option --command");
        }
        else if (new[] { Name, CommandLine, Env, DockerImage, Volumes }.Any(option => result.GetValue(option) is not null))
        {
            throw new CommandException(ExitCodes.Failed, "'--name, --command, --env, --docker_image, --volumes' can only be set when both '--task' and '--task_group' are not set");
        }
        if (result.GetValue(Networks) is not null && task is not null)
            throw new CommandException(ExitCodes.Failed, "'--networks' can only be set when '--task' is not set");
        return new()
        {
            Tasks = group is not null ? TasksOf(group) : [task is not null ? Object(task, "--task") : Made(result)],
            IsGroup = group is not null,
            KillAfter = result.GetValue(KillAfter) is { } delay ? Duration(delay) : null,
            Framework = Framework(result),
            Networks = [.. (result.GetValue(Networks) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)],
        };
    }

    private static JsonObject Framework(ParseResult result)
    {
        var capabilities = new List<string> { "RESERVATION_REFINEMENT", "TASK_KILLING_STATE", "REVOCABLE_RESOURCES" };
        if (result.GetValue(PartitionAware))
            capabilities.Add("PARTITION_AWARE");
        foreach (var capability in (result.GetValue(Capabilities) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            capabilities.Add(capability == "GPU_RESOURCES" ? capability : throw new CommandException(ExitCodes.Failed, $"Unsupported capability '{capability}'; GPU_RESOURCES is known"));
        var framework = new JsonObject
        {
            ["user"] = Environment.UserName,
            ["name"] = "mesos-execute instance",
            ["role"] = result.GetValue(Role) ?? "*",
            ["checkpoint"] = result.GetValue(Checkpoint),
            ["capabilities"] = new JsonArray([.. capabilities.Select(name => (JsonNode)new JsonObject { ["type"] = name })]),
        };
        if (result.GetValue(Principal) is { } principal)
            framework["principal"] = principal;
        return framework;
    }

    private static JsonObject Made(ParseResult result)
    {
        var name = result.GetValue(Name)!;
        var command = new JsonObject { ["shell"] = result.GetValue(Shell) };
        if (result.GetValue(CommandLine) is { } line)
            command["value"] = line;
        if (result.GetValue(Env) is { } env)
        {
            command["environment"] = new JsonObject
            {
                ["variables"] = new JsonArray([.. Object(env, "--env").Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value?.ToString() })]),
            };
        }
        var text = result.GetValue(Resources) ?? "cpus:1;mem:128";
        if (!Core.Resources.TryParse(text, out var resources, out var problems))
            throw new CommandException(ExitCodes.Failed, $"--resources={text}: {string.Join("; ", problems)}");
        var task = new JsonObject
        {
            ["name"] = name,
            ["task_id"] = new JsonObject { ["value"] = name },
            ["agent_id"] = new JsonObject { ["value"] = "" },
            ["resources"] = JsonNode.Parse(JsonSerializer.Serialize(resources)),
            ["command"] = command,
        };
        if (Container(result) is { } container)
            task["container"] = container;
        return task;
    }

    private static JsonObject? Container(ParseResult result)
    {
        var (image, volumes, networks) = (result.GetValue(DockerImage), result.GetValue(Volumes), result.GetValue(Networks));
        if (image is null && volumes is null && networks is null && !result.GetValue(Tty))
            return null;
        var isDocker = result.GetValue(Containerizer) == "docker";
        if (isDocker && image is null)
            throw new CommandException(ExitCodes.Failed, "'Docker' containerizer requires docker image name");
        var container = new JsonObject { ["type"] = isDocker ? "DOCKER" : "MESOS" };
        if (isDocker)
            container["docker"] = new JsonObject { ["image"] = image };
        else if (image is not null)
            container["mesos"] = new JsonObject { ["image"] = new JsonObject { ["type"] = "DOCKER", ["docker"] = new JsonObject { ["name"] = image } } };
        if (volumes is not null)
            container["volumes"] = Json(volumes, "--volumes") as JsonArray ?? throw new CommandException(ExitCodes.Failed, "--volumes: an array is needed");
        if (networks is not null)
            container["network_infos"] = new JsonArray([.. networks.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => (JsonNode)new JsonObject { ["name"] = name })]);
        if (result.GetValue(Tty))
            container["tty_info"] = new JsonObject();
        return container;
    }

    private static List<JsonObject> TasksOf(string group)
    {
        if (Object(group, "--task_group")["tasks"] is not JsonArray { Count: > 0 } tasks)
            throw new CommandException(ExitCodes.Failed, "--task_group: 'tasks' with at least one task is needed");
        return [.. tasks.Select(task => task as JsonObject ?? throw new CommandException(ExitCodes.Failed, "--task_group: a task is an object"))];
    }

    private static JsonObject Object(string text, string option) =>
        Json(text, option) as JsonObject ?? throw new CommandException(ExitCodes.Failed, $"{option}: an object is needed");

    // JSON itself, or a file with it.
    private static JsonNode? Json(string text, string option)
    {
        try
        {
            if (text.StartsWith("file://", StringComparison.Ordinal) || text.StartsWith('/'))
                text = File.ReadAllText(text.StartsWith("file://", StringComparison.Ordinal) ? text["file://".Length..] : text);
            return JsonNode.Parse(text);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Failed, $"{option}: {exception.Message}");
        }
    }

    private static TimeSpan Duration(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        double? unit = text[digits..] switch
        {
            "ns" => 1e-9, "us" => 1e-6, "ms" => 1e-3, "secs" => 1, "mins" => 60, "hrs" => 3_600, "days" => 86_400, "weeks" => 604_800,
            _ => null,
        };
        return unit is { } seconds && double.TryParse(text[..digits], System.Globalization.CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromSeconds(count * seconds)
            : throw new CommandException(ExitCodes.Failed, $"--kill_after={text}: a number and ns, us, ms, secs, mins, hrs, days or weeks is needed, such as 10secs");
    }
}
