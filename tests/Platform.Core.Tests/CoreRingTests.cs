using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Platform.Core.Tests;

/// <summary>The innermost ring decides only: what it may not call, it does not even name.</summary>
public sealed class CoreRingTests
{
    private static readonly string[] Forbidden =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.TimeProvider.", "System.Diagnostics.Stopwatch.", "System.Environment.get_TickCount", "System.Environment.get_MachineName", "System.Environment.GetEnvironmentVariable",
        "System.Random.get_Shared", "System.Random..ctor()", "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Security.Cryptography.RandomNumberGenerator.",
        "System.Threading.Tasks.Task", "System.Threading.Thread.", "System.Threading.Timer.",
        "System.IO.File", "System.IO.Directory", "System.Net.", "System.Console.", "System.Diagnostics.Process.",
        "Microsoft.Extensions.Logging.",
    ];

    // Addresses are values, like numbers.
    private static readonly string[] Allowed = ["System.Net.IPAddress.", "System.Net.IPEndPoint."];

    private static readonly string CorePath = typeof(Core.Tasks.TaskSpec).Assembly.Location;

    [Fact]
    public void Core_references_nothing_but_the_base_library_and_calendars()
    {
        using var file = new PEReader(File.OpenRead(CorePath));
        var metadata = file.GetMetadataReader();
        var names = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal))
            // Calendar arithmetic, as pure as that of numbers.
            .Where(name => name is not ("Cronos" or "NodaTime"))
            // The types of Core carry Orleans' serializers, and nothing else of it.
            .Where(name => !name.StartsWith("Orleans.Serialization", StringComparison.Ordinal) && name != "Orleans.Core.Abstractions")
            .ToArray();

        names.ShouldBeEmpty();
    }

    [Fact]
    public void Core_names_no_clock_no_chance_no_tasks_and_no_effects()
    {
        using var file = new PEReader(File.OpenRead(CorePath));
        var metadata = file.GetMetadataReader();

        var offences = metadata.MemberReferences
            .Select(handle => FullName(metadata, metadata.GetMemberReference(handle)))
            .Where(name => Forbidden.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(name => !Allowed.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .ToArray();

        offences.ShouldBeEmpty();
    }

    private static string FullName(MetadataReader metadata, MemberReference member)
    {
        var name = metadata.GetString(member.Name);
        if (member.Parent.Kind != HandleKind.TypeReference)
            return name;
        var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
        var blob = metadata.GetBlobReader(member.Signature);
        blob.ReadSignatureHeader();
        var parameters = blob.ReadCompressedInteger();
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{name}{(parameters == 0 ? "()" : "")}";
    }
}
