using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Platform.Architecture.Tests;

/// <summary>Dependencies point down, and Core decides without looking at anything but what it is given.</summary>
public sealed class RingTests
{
    // What would make a decision depend on when, where or how often it is made.
    private static readonly string[] Forbidden =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.TimeProvider.", "System.Diagnostics.Stopwatch.", "System.Environment.get_TickCount", "System.Environment.get_TickCount64", "System.Environment.GetEnvironmentVariable",
        "System.Environment.get_MachineName", "System.Random.get_Shared", "System.Guid.NewGuid", "System.Guid.CreateVersion7",
        "System.Security.Cryptography.RandomNumberGenerator.", "System.IO.File.", "System.IO.Directory.", "System.IO.FileStream.", "System.Net.Http.", "System.Net.Sockets.",
        "System.Net.Dns.", "System.Console.", "System.Diagnostics.Process.", "System.Threading.Tasks.Task.", "System.Threading.Thread.", "System.Threading.Timer.",
        "Orleans.IGrainFactory.", "Orleans.Grain.", "Microsoft.Extensions.Logging.",
    ];

    public static TheoryData<string> Rings => [.. House.Rings.Keys];

    [Theory]
    [MemberData(nameof(Rings))]
    public void A_ring_knows_only_those_below_it(string ring) =>
        House.Of(ring).GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Platform.", StringComparison.Ordinal))
            .Except(House.Rings[ring].Select(below => "Platform." + below)).ShouldBeEmpty();

    [Fact]
    public void Core_has_no_clock_no_chance_and_touches_nothing()
    {
        using var file = File.OpenRead(House.Of("Core").Location);
        using var image = new PEReader(file);
        var reader = image.GetMetadataReader();
        var used = reader.MemberReferences.Select(reader.GetMemberReference).Select(member => NameOf(reader, member)).Distinct().ToList();
        used.ShouldContain("System.String.Concat", "the names are read as they should be");
        used.Where(name => Array.Exists(Forbidden, forbidden => forbidden.EndsWith('.') ? name.StartsWith(forbidden, StringComparison.Ordinal) : name == forbidden))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_api_of_a_vendor_has_its_names_in_the_rings_that_speak_it()
    {
        // Strings and comments may: what Marathon wrote into tasks is still written there, and rules tell where they come from.
        string[] speakers = ["Api", "Client"];
        House.Rings.Keys.Except(speakers).Select(House.Of).SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMembers(Everything).Select(member => $"{type.FullName}.{member.Name}"))
            .Where(name => name.Contains("Marathon", StringComparison.Ordinal) || name.Contains("Chronos", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    private const System.Reflection.BindingFlags Everything =
        System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance
        | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.DeclaredOnly;

    private static string NameOf(MetadataReader reader, MemberReference member)
    {
        var name = reader.GetString(member.Name);
        if (member.Parent.Kind != HandleKind.TypeReference)
            return name;
        var type = reader.GetTypeReference((TypeReferenceHandle)member.Parent);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}.{name}";
    }
}
