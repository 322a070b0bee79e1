using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Commands;
using Platform.Cli.Output;
using Platform.Core;

namespace Platform.Cli.Execute;

/// <summary>A scheduler for one launch: it subscribes, takes the first offer with enough room, tells each update and ends when all has ended.</summary>
internal sealed class TaskExecution(HttpClient http, ExecutionWish wish, Terminal terminal)
{
    private const string Path = "/api/v1/scheduler";
    private const int LongestRecord = 64 * 1024 * 1024;

    private static readonly HashSet<string> TerminalStates =
    [
        "TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST", "TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR",
    ];

    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private string? _stream;
    private string? _frameworkId;
    private bool _isLaunched;

    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = Body(new() { ["type"] = "SUBSCRIBE", ["subscribe"] = new JsonObject { ["framework_info"] = wish.Framework.DeepClone() } }),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new ExecutionException($"the subscription was refused: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        _stream = response.Headers.TryGetValues("Mesos-Stream-Id", out var values) ? values.First() : null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (await ReadAsync(body, cancellationToken) is { } record)
        {
            if (!await TakeAsync(JsonNode.Parse(record)!.AsObject(), ending.Token))
                continue;
            await ending.CancelAsync();
            await CallAsync("TEARDOWN", null, cancellationToken);
            return ExitCodes.Ok;
        }
        throw new ExecutionException("the control plane has ended the stream");
    }

    // True when everything has ended.
    private async Task<bool> TakeAsync(JsonObject message, CancellationToken cancellationToken)
    {
        switch ((string?)message["type"])
        {
            case "SUBSCRIBED":
                _frameworkId = (string?)message["subscribed"]!["framework_id"]!["value"];
                Tell($"Subscribed with ID {_frameworkId}", message);
                return false;
            case "OFFERS":
                await ChooseAsync(message["offers"]!["offers"]!.AsArray(), cancellationToken);
                return false;
            case "UPDATE":
                return await UpdateAsync(message["update"]!["status"]!.AsObject(), message, cancellationToken);
            case "ERROR":
                throw new ExecutionException($"Received an ERROR event: {message["error"]!["message"]}");
            default:
                return false;
        }
    }

    private async Task ChooseAsync(JsonArray offers, CancellationToken cancellationToken)
    {
        foreach (var offer in offers.Select(node => node!.AsObject()))
        {
            if (!_isLaunched && Chosen(offer) is { } operation)
            {
                _isLaunched = true;
                await CallAsync("ACCEPT", new() { ["offer_ids"] = new JsonArray(offer["id"]!.DeepClone()), ["operations"] = new JsonArray(operation) }, cancellationToken);
                var agent = offer["agent_id"]!["value"];
                Tell(wish.IsGroup
                    ? $"Submitted task group with tasks [ {string.Join(", ", wish.Tasks.Select(task => task["task_id"]!["value"]))} ] to agent '{agent}'"
                    : $"Submitted task '{wish.Tasks[0]["name"]}' to agent '{agent}'", null);
            }
            else
            {
                // Nothing more is needed for long, or this one is too small.
                var filters = new JsonObject { ["refuse_seconds"] = _isLaunched ? 31_536_000 : 5 };
                await CallAsync("DECLINE", new() { ["offer_ids"] = new JsonArray(offer["id"]!.DeepClone()), ["filters"] = filters }, cancellationToken);
            }
        }
    }

    // The operation that uses the offer; null: it has too little room.
    private JsonObject? Chosen(JsonObject offer)
    {
        var offered = Read(offer["resources"]).Unallocate();
        var role = (string?)offer["allocation_info"]?["role"] ?? "*";
        var tasks = new List<JsonObject>();
        foreach (var wanted in wish.Tasks)
        {
            if (Take(ref offered, Read(wanted["resources"])) is not { } taken)
                return null;
            var task = (JsonObject)wanted.DeepClone();
            task["agent_id"] = offer["agent_id"]!.DeepClone();
            task["resources"] = JsonNode.Parse(JsonSerializer.Serialize(taken.AllocateTo(role)));
            tasks.Add(task);
        }
        if (!wish.IsGroup)
            return new() { ["type"] = "LAUNCH", ["launch"] = new JsonObject { ["task_infos"] = new JsonArray([.. tasks]) } };
        if (Take(ref offered, Resources.Parse("cpus:0.1;mem:32;disk:32")) is not { } overhead)
            return null;
        var executor = new JsonObject
        {
            ["type"] = "DEFAULT",
            ["executor_id"] = new JsonObject { ["value"] = "default-executor" },
            ["framework_id"] = new JsonObject { ["value"] = _frameworkId },
            ["resources"] = JsonNode.Parse(JsonSerializer.Serialize(overhead.AllocateTo(role))),
        };
        if (wish.Networks.Count > 0)
        {
            executor["container"] = new JsonObject
            {
                ["type"] = "MESOS",
                ["network_infos"] = new JsonArray([.. wish.Networks.Select(name => (JsonNode)new JsonObject { ["name"] = name })]),
            };
        }
        return new()
        {
            ["type"] = "LAUNCH_GROUP",
            ["launch_group"] = new JsonObject { ["executor"] = executor, ["task_group"] = new JsonObject { ["tasks"] = new JsonArray([.. tasks]) } },
        };
    }

    // Reserved resources before others, whatever they are reserved for: what is offered may be used.
    private static Resources? Take(ref Resources offered, Resources wanted)
    {
        var taken = Resources.Empty;
        foreach (var need in wanted.ToUnreserved().Unallocate())
        {
            var left = Resources.Of(need);
            foreach (var part in offered.Items.Where(part => part.Name == need.Name && !part.IsPersistentVolume && part.Disk is null).OrderByDescending(part => part.IsReserved))
            {
                var plain = Resources.Of(part with { Reservations = [] });
                var share = need.Type == ResourceType.Scalar
                    ? Resources.Of(left.Items.Select(item => item with { Milli = Math.Min(item.Milli, part.Milli) }))
                    : plain.Contains(left) ? left : Resources.Empty;
                if (share.IsEmpty)
                    continue;
                var used = share.Select(item => item with { Reservations = part.Reservations, Revocable = part.Revocable });
                if (!offered.Contains(used))
                    continue;
                (offered, taken, left) = (offered.Minus(used), taken.Plus(used), left.Minus(share));
                if (left.IsEmpty)
                    break;
            }
            if (!left.IsEmpty)
                return null;
        }
        return taken;
    }

    private static Resources Read(JsonNode? json)
    {
        try
        {
            return json is null ? Resources.Empty : json.Deserialize<Resources>() ?? Resources.Empty;
        }
        catch (JsonException problem)
        {
            throw new ExecutionException($"the resources {json?.ToJsonString()} cannot be read: {problem.Message}");
        }
    }

    private async Task<bool> UpdateAsync(JsonObject status, JsonObject message, CancellationToken cancellationToken)
    {
        var (id, state) = ((string)status["task_id"]!["value"]!, (string)status["state"]!);
        var text = new StringBuilder($"Received status update {state} for task '{id}'");
        if (status["message"] is { } words)
            text.Append($"\n  message: '{words}'");
        if (status["source"] is { } source)
            text.Append($"\n  source: {source}");
        if (status["reason"] is { } reason)
            text.Append($"\n  reason: {reason}");
        if (status["healthy"] is { } healthy)
            text.Append($"\n  healthy?: {((bool)healthy ? 1 : 0)}");
        Tell(text.ToString(), message);
        if (status["uuid"] is { } uuid)
        {
            await CallAsync("ACKNOWLEDGE",
                new() { ["agent_id"] = status["agent_id"]!.DeepClone(), ["task_id"] = status["task_id"]!.DeepClone(), ["uuid"] = uuid.DeepClone() }, cancellationToken);
        }
        if (state == "TASK_RUNNING" && wish.KillAfter is { } delay)
            _ = KillAsync(id, (string?)status["agent_id"]?["value"], delay, cancellationToken);
        if (TerminalStates.Contains(state))
            _ended.Add(id);
        return _ended.Count == wish.Tasks.Count;
    }

    private async Task KillAsync(string taskId, string? agentId, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, cancellationToken);
            Tell($"Asked to kill task '{taskId}' on agent '{agentId}'", null);
            await CallAsync("KILL", new() { ["task_id"] = new JsonObject { ["value"] = taskId }, ["agent_id"] = new JsonObject { ["value"] = agentId } }, cancellationToken);
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException or ExecutionException)
        {
            // It has ended, or the stream's end is told.
        }
    }

    private async Task CallAsync(string type, JsonObject? body, CancellationToken cancellationToken)
    {
        var call = new JsonObject { ["framework_id"] = new JsonObject { ["value"] = _frameworkId }, ["type"] = type };
        if (body is not null)
            call[type.ToLowerInvariant()] = body;
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Body(call) };
        request.Headers.Add("Mesos-Stream-Id", _stream);
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new ExecutionException($"{type} was refused: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    private static StringContent Body(JsonObject call) => new(call.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    // In JSON every event is a line.
    private void Tell(string text, JsonObject? message)
    {
        if (!terminal.IsJson)
            terminal.Line(text);
        else if (message is not null)
            terminal.Line(message.ToJsonString());
    }

    // A record is its length, a line feed and its bytes.
    private static async Task<byte[]?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var length = 0;
        var one = new byte[1];
        while (true)
        {
            if (await body.ReadAsync(one, cancellationToken) == 0)
                return null;
            if (one[0] == '\n')
                break;
            length = checked((length * 10) + one[0] - '0');
            if (one[0] is < (byte)'0' or > (byte)'9' || length > LongestRecord)
                throw new ExecutionException("what came is no stream of Mesos' events");
        }
        var record = new byte[length];
        await body.ReadExactlyAsync(record, cancellationToken);
        return record;
    }
}
