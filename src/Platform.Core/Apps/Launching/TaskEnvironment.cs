using System.Globalization;
using System.Text;
using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>The environment variables that Marathon gives to a task (EnvironmentHelper, TaskBuilder.taskContextEnv).</summary>
public static class TaskEnvironment
{
    private const int LongestVariable = 512;
    private const string LabelPrefix = "MARATHON_APP_LABEL_";

    /// <summary>A label's key must be shorter than this to become a variable, in characters.</summary>
    public const int LabelKeyLimit = LongestVariable - 19;

    /// <summary>What depends on the definition alone: <c>MARATHON_APP_*</c>.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="enforceRole">The app's group enforces its role.</param>
    public static IEnumerable<KeyValuePair<string, string>> OfApp(AppTarget target, bool enforceRole)
    {
        var spec = target.Spec;
        yield return new("MARATHON_APP_ID", spec.Id);
        yield return new("MARATHON_APP_VERSION", target.Version);
        if (spec.Container is { Type: "DOCKER", Docker.Image: { Length: > 0 } image })
            yield return new("MARATHON_APP_DOCKER_IMAGE", image);
        yield return new("MARATHON_APP_RESOURCE_CPUS", Decimal(spec.Cpus));
        yield return new("MARATHON_APP_RESOURCE_MEM", Decimal(spec.Mem));
        yield return new("MARATHON_APP_RESOURCE_DISK", Decimal(spec.Disk));
        yield return new("MARATHON_APP_RESOURCE_GPUS", spec.Gpus.ToString(CultureInfo.InvariantCulture));
        yield return new("MARATHON_APP_ENFORCE_GROUP_ROLE", enforceRole ? "TRUE" : "FALSE");
        foreach (var variable in OfLabels(spec.Labels))
            yield return variable;
    }

    /// <summary>The graphics devices that a task may use, as the libraries of their makers read them.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfGpus(ValueList<int> gpus)
    {
        var devices = string.Join(',', gpus.Select(index => index.ToString(CultureInfo.InvariantCulture)));
        yield return new("CUDA_VISIBLE_DEVICES", devices);
        yield return new("NVIDIA_VISIBLE_DEVICES", devices);
        yield return new("ROCR_VISIBLE_DEVICES", devices);
    }

    /// <summary><c>MARATHON_APP_LABELS</c> and one variable for each label that is short enough: key below 493 and value below 512 characters.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfLabels(ValueMap<string> labels)
    {
        var names = new StringBuilder();
        foreach (var (key, value) in labels)
        {
            if (key.Length >= LabelKeyLimit || value.Length >= LongestVariable)
                continue;
            var name = Escape(key);
            if (names.Length > 0)
                names.Append(' ');
            names.Append(name);
            yield return new(LabelPrefix + name, value);
        }
        yield return new("MARATHON_APP_LABELS", names.ToString());
    }

    /// <summary><c>PORT</c>, <c>PORTS</c>, <c>PORT0</c>..., <c>PORT_&lt;declared&gt;</c> and <c>PORT_&lt;NAME&gt;</c>; nothing without ports.</summary>
    /// <param name="declared">Name and number of each port as declared: the container port, or the host port; 0 for any.</param>
    /// <param name="hostPorts">The host port that each got; null for a container port that is not published.</param>
    /// <param name="seed">Decides the number of a container port that is neither declared nor published.</param>
    public static IEnumerable<KeyValuePair<string, string>> OfPorts(
        IReadOnlyList<(string? Name, int Port)> declared, IReadOnlyList<int?> hostPorts, int seed)
    {
        if (hostPorts.Count == 0)
            yield break;
        var effective = new int[hostPorts.Count];
        var assigned = new List<int>(hostPorts.Count);
        var generated = new List<int>();
        for (var i = 0; i < effective.Length; i++)
        {
            var request = i < declared.Count ? declared[i].Port : 0;
            if (hostPorts[i] is { } host)
            {
                effective[i] = host;
                assigned.Add(host);
            }
            else if (request != 0)
            {
                effective[i] = request;
            }
            else
            {
                effective[i] = Generate(declared, hostPorts, generated, seed + i);
                generated.Add(effective[i]);
            }
        }
        for (var i = 0; i < effective.Length; i++)
        {
            var number = effective[i].ToString(CultureInfo.InvariantCulture);
            yield return new(string.Create(CultureInfo.InvariantCulture, $"PORT{i}"), number);
            if (i >= declared.Count)
                continue;
            var request = declared[i].Port == 0 ? effective[i] : declared[i].Port;
            yield return new(string.Create(CultureInfo.InvariantCulture, $"PORT_{request}"), number);
            if (declared[i].Name is { } name)
                yield return new($"PORT_{name.ToUpperInvariant()}", number);
        }
        assigned.AddRange(generated);
        if (assigned.Count > 0)
            yield return new("PORT", assigned[0].ToString(CultureInfo.InvariantCulture));
        yield return new("PORTS", string.Join(',', assigned));
    }

    /// <summary>Ports as an app declares them.</summary>
    public static (string? Name, int Port)[] Declared(AppSpec spec) => AppPorts.UsesMappings(spec)
        ? [.. ((IEnumerable<PortMapping>)spec.Container!.PortMappings).Select(mapping => (mapping.Name, mapping.ContainerPort))]
        : [.. ((IEnumerable<PortDefinition>)spec.PortDefinitions).Select(definition => (definition.Name, definition.Port))];

    /// <summary>A number as Scala prints a double, which is what Marathon's users see: <c>1.0</c>, <c>0.25</c>, <c>1.0E7</c>.</summary>
    public static string Decimal(double number)
    {
        if (Math.Abs(number) is >= 1e7 or (> 0 and < 1e-3))
        {
            var parts = number.ToString("E16", CultureInfo.InvariantCulture).Split('E');
            var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
            return string.Create(CultureInfo.InvariantCulture, $"{Decimal(number / Math.Pow(10, exponent))}E{exponent}");
        }
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    // Every run of other characters becomes one underscore.
    private static string Escape(string key)
    {
        var text = new StringBuilder(key.Length);
        var replaced = false;
        foreach (var c in key)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                text.Append(char.ToUpperInvariant(c));
                replaced = false;
            }
            else if (!replaced)
            {
                text.Append('_');
                replaced = true;
            }
        }
        return text.ToString();
    }

    // A number from 1025 to 65535 that no other port of the task has.
    private static int Generate(IReadOnlyList<(string? Name, int Port)> declared, IReadOnlyList<int?> hostPorts, List<int> generated, int seed)
    {
        const int first = 1025;
        const int count = 65_535 - first + 1;
        var candidate = (int)((uint)seed * 2_654_435_761u % count);
        while (generated.Contains(first + candidate) || hostPorts.Contains(first + candidate) || declared.Any(port => port.Port == first + candidate))
            candidate = (candidate + 1) % count;
        return first + candidate;
    }
}
