using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Orleans.Runtime;
using Platform.Storage.Records;

namespace Platform.Architecture.Tests;

/// <summary>
/// What is stored, what silos say to each other and what programs compile against is pinned in <c>Forms</c>. A change of these files is a
/// change for who upgrades: numbers and names that were there stay what they were. <c>PLATFORM_ACCEPT_FORMS=1</c> writes them anew.
/// </summary>
public sealed class FormTests
{
    private static bool Accepts => Environment.GetEnvironmentVariable("PLATFORM_ACCEPT_FORMS") == "1";

    [Fact]
    public void What_silos_say_to_each_other()
    {
        var text = new StringBuilder();
        foreach (var type in House.Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            .OrderBy(Alias, StringComparer.Ordinal))
        {
            text.Append(Alias(type)).Append('\n');
            if (type.IsEnum)
            {
                foreach (var value in Enum.GetValuesAsUnderlyingType(type))
                    text.Append($"  {value} {Enum.GetName(type, value)}\n");
                continue;
            }
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(member => member.IsDefined(typeof(IdAttribute), inherit: false))
                .Select(member => (member.GetCustomAttribute<IdAttribute>()!.Id, Type: member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType, member.Name));
            foreach (var (id, of, name) in members.OrderBy(member => member.Id).ThenBy(member => member.Name, StringComparer.Ordinal))
                text.Append($"  {id} {Name(of)} {name}\n");
        }
        Pin("Messages.txt", text.ToString());
    }

    [Fact]
    public void What_grains_can_be_asked()
    {
        var text = new StringBuilder();
        foreach (var type in House.Of("Contracts").GetTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).OrderBy(Alias, StringComparer.Ordinal))
        {
            text.Append(Alias(type)).Append('\n');
            foreach (var method in type.GetMethods().OrderBy(Alias, StringComparer.Ordinal))
                text.Append($"  {Name(method.ReturnType)} {Alias(method)}({string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)))})\n");
        }
        Pin("Calls.txt", text.ToString());
    }

    [Fact]
    public void What_is_stored()
    {
        var text = new StringBuilder();
        var parts = House.Of("Grains").GetTypes().SelectMany(type => type.GetConstructors()).SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => (parameter, Facet: parameter.GetCustomAttributes().FirstOrDefault(attribute => attribute is IFacetMetadata)))
            .Where(one => one.Facet is not null)
            .Select(one => (Grain: one.parameter.Member.DeclaringType!.GetCustomAttribute<GrainTypeAttribute>()!.GetGrainType(null!, null!).ToString(), Part: NameOf(one.Facet!),
                Kind: one.parameter.ParameterType.Name.Split('`')[0], Of: one.parameter.ParameterType.GetGenericArguments()[0]))
            .OrderBy(one => one.Grain, StringComparer.Ordinal).ThenBy(one => one.Part, StringComparer.Ordinal).ToList();
        parts.Count.ShouldBeGreaterThan(20);
        var options = new JsonSerializerOptions(StoredJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        foreach (var (grain, part, kind, of) in parts)
        {
            text.Append($"{grain} {part}: {kind}\n");
            Append(text, Schema(options, of, []), "  ");
        }
        Pin("Stored.txt", text.ToString());
    }

    [Theory]
    [InlineData("Client")]
    [InlineData("Contracts")]
    [InlineData("Testing")]
    public void What_programs_compile_against(string ring)
    {
        var text = new StringBuilder();
        foreach (var type in House.Of(ring).GetExportedTypes().Where(type => !type.Namespace!.StartsWith("OrleansCodeGen", StringComparison.Ordinal)).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
            text.Append($"{kind} {type.FullName}\n");
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not MethodInfo { IsSpecialName: true } and not Type && !IsCompilers(member)).Select(Member).Order(StringComparer.Ordinal))
                text.Append($"  {member}\n");
        }
        Pin($"Public.{ring}.txt", text.ToString());
    }

    // Our own collections are written by converters, which a schema cannot look into.
    private static JsonNode Schema(JsonSerializerOptions options, Type type, Stack<Type> within)
    {
        if (within.Contains(type))
            return new JsonObject { ["$ref"] = type.Name };
        within.Push(type);
        var schema = options.GetJsonSchemaAsNode(type, new()
        {
            TransformSchemaNode = (context, node) => context.TypeInfo switch
            {
                { Type: { IsGenericType: true, Namespace: "Platform.Core.Collections" } list } =>
                    new JsonObject { ["type"] = list.Name.Split('`')[0], ["items"] = Schema(options, list.GetGenericArguments()[^1], within) },
                { PolymorphismOptions.DerivedTypes: { Count: > 0 } kinds } =>
                    new JsonObject { ["type"] = "one of", ["kinds"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create($"{kind.TypeDiscriminator}", (JsonNode?)Schema(options, kind.DerivedType, within)))) },
                _ => node,
            },
        });
        within.Pop();
        return schema;
    }

    // What a record brings along says nothing.
    private static bool IsCompilers(MemberInfo member) =>
        member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "<Clone>$" or "PrintMembers" || member.Name.StartsWith("op_", StringComparison.Ordinal) || member.Name == "value__";

    private static string Member(MemberInfo member) => member switch
    {
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{ {(property.CanRead ? "get; " : "")}{(property.SetMethod is { IsPublic: true } ? "set; " : "")}}}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        MethodInfo method => $"{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        _ => $"{member.MemberType} {member.Name}",
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? "?" : "")}"));

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? member.Name;

    private static string Name(Type type)
    {
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (!type.IsGenericType)
            return type.IsGenericParameter ? type.Name : type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.Name;
        return Nullable.GetUnderlyingType(type) is { } inner ? Name(inner) + "?" : $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }

    private static string NameOf(object facet) => facet switch
    {
        PersistentStateAttribute state => state.StateName,
        PersistentItemsAttribute items => items.Name,
        PersistentLogAttribute log => log.Name,
        _ => facet.GetType().Name,
    };

    private static void Append(StringBuilder text, JsonNode? schema, string indent)
    {
        if (schema is not JsonObject found)
            return;
        if (found["items"] is JsonObject items)
            Append(text, items, indent + "  ");
        if (found["additionalProperties"] is JsonObject values)
            Append(text, values, indent + "  ");
        foreach (var (name, kind) in found["kinds"]?.AsObject() ?? [])
        {
            text.Append($"{indent}[{name}]\n");
            Append(text, kind, indent + "  ");
        }
        if (found["properties"] is not JsonObject properties)
            return;
        foreach (var (name, of) in properties.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            var what = of as JsonObject;
            var type = what?["enum"] is JsonArray names ? string.Join("|", names.Select(one => one?.ToString() ?? "null")) : what?["type"]?.ToJsonString() ?? what?["$ref"]?.ToString() ?? "any";
            text.Append($"{indent}{name}: {type.Replace("\"", "", StringComparison.Ordinal)}\n");
            Append(text, of, indent + "  ");
        }
    }

    private static void Pin(string file, string text)
    {
        var path = Path.Combine(House.Root, "tests/Platform.Architecture.Tests/Forms", file);
        if (Accepts)
            File.WriteAllText(path, text);
        var (pinned, now) = (File.Exists(path) ? File.ReadAllLines(path) : [], text.TrimEnd('\n').Split('\n'));
        // A list of what changed says more than two texts.
        string[] changes = [.. pinned.Except(now).Select(line => "- " + line), .. now.Except(pinned).Select(line => "+ " + line)];
        changes.ShouldBeEmpty($"{file} changed. If who upgrades is no worse off, write it anew: PLATFORM_ACCEPT_FORMS=1 tests/run.sh Architecture");
        now.ShouldBe(pinned, $"the order of {file} changed");
    }
}
