using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Jobs;

/// <summary>Makes the definition of a job. What is not said is left to the control plane's default; units are cpus and MB.</summary>
/// <example><code>
/// var definition = new JobBuilder("nightly").Command("make report").Schedule("30 2 * * *", "Europe/Berlin").Retry(3, TimeSpan.FromSeconds(30)).Build();
/// await client.Jobs.CreateAsync(definition);
/// </code></example>
/// <param name="id">Its name: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
public sealed class JobBuilder(string id)
{
    private readonly JsonObject _json = new() { ["id"] = id };

    private JsonObject Task => _json.Object("task");

    /// <summary>For people.</summary>
    public JobBuilder Description(string text) => Set("description", text);

    /// <summary>A line for the shell.</summary>
    public JobBuilder Command(string line) => SetOfTask("cmd", line);

    /// <summary>A program and its arguments, without a shell.</summary>
    public JobBuilder Arguments(params IEnumerable<string> arguments) => SetOfTask("args", JsonParts.Texts(arguments));

    /// <summary>Runs in a container of this image.</summary>
    public JobBuilder Image(string image) => SetOfTask("image", image);

    /// <summary>What each task holds.</summary>
    /// <param name="cpus">Cpus.</param>
    /// <param name="mem">Memory, MB.</param>
    /// <param name="disk">Disk, MB.</param>
    /// <param name="gpus">Graphics processors.</param>
    public JobBuilder Resources(double? cpus = null, double? mem = null, double? disk = null, int? gpus = null)
    {
        Task.Put("cpus", cpus);
        Task.Put("mem", mem);
        Task.Put("disk", disk);
        Task.Put("gpus", gpus);
        return this;
    }

    /// <summary>An environment variable.</summary>
    public JobBuilder Env(string name, string value)
    {
        Task.Object("env")[name] = value;
        return this;
    }

    /// <summary>An environment variable that holds a secret.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="secret">The secret's path in the store.</param>
    public JobBuilder SecretEnv(string name, string secret)
    {
        Task.Object("secrets")[name] = secret;
        return this;
    }

    /// <summary>A label.</summary>
    public JobBuilder Label(string name, string value)
    {
        _json.Object("labels")[name] = value;
        return this;
    }

    /// <summary>Where tasks may be.</summary>
    /// <param name="field">Such as <c>hostname</c>, or an attribute of agents.</param>
    /// <param name="is">LIKE, UNLIKE, IS or CLUSTER.</param>
    /// <param name="value">What it wants.</param>
    public JobBuilder Constraint(string field, string @is, string value)
    {
        Task.Array("constraints").Add((JsonNode)JsonParts.Texts([field, @is, value]));
        return this;
    }

    /// <summary>A task that takes longer is ended and has failed.</summary>
    public JobBuilder Timeout(TimeSpan longest) => SetOfTask("timeoutSeconds", JsonParts.Seconds(longest));

    /// <summary>When it is due.</summary>
    /// <param name="expression">Five or six cron fields, or a repeating interval of ISO 8601.</param>
    /// <param name="zone">The IANA zone of the wall clock. Default UTC.</param>
    /// <param name="catchUp">What was due while nobody could act: <c>skip</c>, <c>one</c> (default) or <c>all</c>.</param>
    public JobBuilder Schedule(string expression, string? zone = null, string? catchUp = null)
    {
        var schedule = _json.Object("schedule");
        schedule["expression"] = expression;
        schedule.Put("zone", zone);
        schedule.Put("catchUp", catchUp);
        return this;
    }

    /// <summary>Runs after these jobs, in the place of a schedule.</summary>
    public JobBuilder After(params IEnumerable<string> parents)
    {
        foreach (var parent in parents)
            _json.Array("parents").Add((JsonNode)parent);
        return this;
    }

    /// <summary>What of its parents makes it run: <c>all</c> (default), <c>any</c>, <c>done</c> or <c>failed</c>.</summary>
    public JobBuilder When(string condition) => Set("condition", condition);

    /// <summary>When it is due while a run goes on: <c>allow</c> (default), <c>forbid</c>, <c>replace</c> or <c>queue</c>.</summary>
    public JobBuilder Concurrency(string rule) => Set("concurrency", rule);

    /// <summary>A run has a task for each index.</summary>
    /// <param name="from">The first one.</param>
    /// <param name="to">The last one.</param>
    /// <param name="parallelism">So many at a time; 0: all.</param>
    public JobBuilder Array(int from, int to, int parallelism = 0) => Set("array", new JsonObject { ["from"] = from, ["to"] = to, ["parallelism"] = parallelism });

    /// <summary>What fails is tried again.</summary>
    /// <param name="limit">How often.</param>
    /// <param name="backoff">The pause before the first time; it doubles. Default 1 s.</param>
    public JobBuilder Retry(int limit, TimeSpan? backoff = null)
    {
        var retry = _json.Object("retry");
        retry["limit"] = limit;
        retry.Put("backoffSeconds", JsonParts.Seconds(backoff));
        return this;
    }

    /// <summary>Each event of a type makes a run.</summary>
    /// <param name="type">The type, such as <c>deployment_success</c>.</param>
    /// <param name="match">Members of the event, by their paths, and the texts that they must be.</param>
    public JobBuilder OnEvent(string type, params IEnumerable<(string Member, string Value)> match)
    {
        var members = new JsonObject(match.Select(one => KeyValuePair.Create(one.Member, (JsonNode?)one.Value)));
        var trigger = new JsonObject { ["event"] = type };
        if (members.Count > 0)
            trigger["match"] = members;
        _json.Array("triggers").Add((JsonNode)trigger);
        return this;
    }

    /// <summary>Each file that appears in a folder of an agent makes a run.</summary>
    /// <param name="folder">A folder that agents watch, or one in it.</param>
    /// <param name="pattern">Which names: <c>*</c> any characters, <c>?</c> one.</param>
    public JobBuilder OnFile(string folder, string pattern = "*")
    {
        _json.Array("triggers").Add((JsonNode)new JsonObject { ["file"] = new JsonObject { ["folder"] = folder, ["pattern"] = pattern } });
        return this;
    }

    /// <summary>A run that has not started so long after it was due is late.</summary>
    public JobBuilder LateAfter(TimeSpan span) => Set("lateAfterSeconds", JsonParts.Seconds(span));

    /// <summary>Any member of the definition, by its name in JSON.</summary>
    public JobBuilder Set(string name, JsonNode? value)
    {
        _json[name] = value;
        return this;
    }

    /// <summary>The definition, for <see cref="JobsClient.CreateAsync"/> or <see cref="JobHandle.ReplaceAsync"/>.</summary>
    public JsonObject Build() => (JsonObject)_json.DeepClone();

    private JobBuilder SetOfTask(string name, JsonNode? value)
    {
        Task[name] = value;
        return this;
    }
}
