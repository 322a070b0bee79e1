using System.Text.Json;
using Platform.Api.Http;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Roles;

namespace Platform.Api.Allocation;

/// <summary>Reads what is asked of the allocator. Everything that is wrong is put down with its path, and a name that is not known is wrong.</summary>
internal static class AllocatorReader
{
    /// <summary>The largest amount; beyond it thousandths cannot be counted exactly.</summary>
    private const double Largest = 9e12;

    /// <summary>Roles and their weights: <c>{"eng": 2.5}</c>.</summary>
    public static ValueMap<double> Weights(JsonElement body, JsonProblems problems)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (role, value) in Members(body, "", problems))
        {
            CheckRole(role, "/" + role, problems);
            if (Number(value, "/" + role, problems) is not { } weight)
                continue;
            if (weight <= 0)
                problems.Rule("/" + role, "must be above 0");
            weights[role] = weight;
        }
        return weights.ToValueMap();
    }

    /// <summary>Roles and their quotas; null removes one: <c>{"eng": {"limit": {"cpus": 8}}, "ops": null}</c>.</summary>
    public static ValueMap<Quota> Quotas(JsonElement body, JsonProblems problems)
    {
        var quotas = new Dictionary<string, Quota>(StringComparer.Ordinal);
        foreach (var (role, value) in Members(body, "", problems))
        {
            CheckRole(role, "/" + role, problems);
            quotas[role] = value.ValueKind == JsonValueKind.Null ? Core.Roles.Quota.None : Quota(value, "/" + role, problems);
        }
        return quotas.ToValueMap();
    }

    /// <summary>A quota: <c>{"guarantee": {"cpus": 4}, "limit": {"cpus": 8}}</c>; either may be left out.</summary>
    public static Quota Quota(JsonElement body, string at, JsonProblems problems)
    {
        var quota = Core.Roles.Quota.None;
        foreach (var (name, value) in Members(body, at, problems, "guarantee", "limit"))
        {
            var amounts = Amounts(value, $"{at}/{name}", problems);
            quota = name == "guarantee"
                ? quota with { Guarantees = amounts.Aggregate(ResourceQuantities.Empty, (sum, amount) => sum.With(amount.Key, amount.Value)) }
                : quota with { Limits = ResourceLimits.Of(amounts) };
        }
        return quota;
    }

    /// <summary>What is to be reserved: <c>{"resources": "cpus:2;mem:512"}</c>.</summary>
    public static Resources Reservation(JsonElement body, JsonProblems problems)
    {
        var resources = Resources.Empty;
        var isGiven = false;
        foreach (var (_, value) in Members(body, "", problems, "resources"))
            (isGiven, resources) = (true, ReadResources(value, "/resources", problems));
        if (!isGiven && body.ValueKind == JsonValueKind.Object)
            problems.Shape("/resources", "error.path.missing", "such as \"cpus:2;mem:512\"");
        return resources;
    }

    /// <summary>An operation on free resources: <c>{"kind": "grow", "resources": [...], "source": [...]}</c>; null after a problem.</summary>
    public static OfferOperation? Operation(JsonElement body, JsonProblems problems)
    {
        _ = Members(body, "", problems, "kind", "resources", "source", "subtract");
        if (JsonObjectReader.Open(body, "", problems) is not { } reader)
            return null;
        var kind = reader.Require("kind") ? reader.Choice("kind", "reserve", "unreserve", "create", "destroy", "grow", "shrink") : null;
        var resources = reader.Require("resources") && reader.TryGet("resources", out var main) ? ReadResources(main, "/resources", problems) : Resources.Empty;
        var source = reader.TryGet("source", out var other) ? ReadResources(other, "/source", problems) : Resources.Empty;
        var subtract = reader.Number("subtract", 0, Largest) ?? 0;
        if (subtract != 0 && kind is not (null or "shrink"))
            reader.Rule("subtract", "is for shrink alone");
        if (!source.IsEmpty && kind is not (null or "reserve" or "grow"))
            reader.Rule("source", "is for reserve and grow alone");
        return kind is null
            ? null
            : new(Enum.Parse<OfferOperationKind>(kind, ignoreCase: true), resources) { Source = source, Subtract = ScalarValue.From(subtract) };
    }

    /// <summary>Puts down what is wrong with the name of a role.</summary>
    public static void CheckRole(string role, string at, JsonProblems problems)
    {
        if (RoleName.Validate(role) is { } problem)
            problems.Rule(at, problem);
    }

    private static Resources ReadResources(JsonElement value, string at, JsonProblems problems)
    {
        try
        {
            return value.Deserialize<Resources>() ?? Resources.Empty;
        }
        catch (JsonException problem)
        {
            problems.Rule(at, problem.Message);
            return Resources.Empty;
        }
    }

    private static Dictionary<string, long> Amounts(JsonElement value, string at, JsonProblems problems)
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, amount) in value.ValueKind == JsonValueKind.Null ? [] : Members(value, at, problems))
        {
            if (Number(amount, $"{at}/{name}", problems) is not { } number)
                continue;
            if (number is < 0 or > Largest)
                problems.Rule($"{at}/{name}", number < 0 ? "is less than 0" : $"is greater than {Largest}");
            else
                amounts[name] = ScalarValue.From(number).Milli;
        }
        return amounts;
    }

    private static double? Number(JsonElement value, string at, JsonProblems problems)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
            return number;
        problems.Shape(at, "error.expected.jsnumber");
        return null;
    }

    /// <summary>The members of an object; with names, others are put down as not known.</summary>
    private static List<(string Name, JsonElement Value)> Members(JsonElement body, string at, JsonProblems problems, params string[] names)
    {
        var members = new List<(string, JsonElement)>();
        if (JsonObjectReader.Open(body, at, problems) is not { } reader)
            return members;
        foreach (var member in reader.Element.EnumerateObject())
        {
            if (names.Length > 0 && Array.IndexOf(names, member.Name) < 0)
                reader.Rule(member.Name, "is not known; known are " + string.Join(", ", names));
            else
                members.Add((member.Name, member.Value));
        }
        return members;
    }
}
