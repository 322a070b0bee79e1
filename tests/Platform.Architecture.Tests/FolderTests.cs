using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>A noun has the same folder in every ring, and is a namespace there.</summary>
public sealed partial class FolderTests
{
    // Resources are named by the type of that name; who uses the client or starts an agent has one namespace to know.
    private static readonly string[] Flat = ["src/Platform.Core/Resources/", "src/Platform.Client/", "src/Platform.Agent/Options/"];

    [Fact]
    public void A_noun_is_a_namespace_and_its_rooms_share_it() =>
        House.Rings.Keys.Concat(["Host", "Testing"]).SelectMany(ring => Misplaced(ring == "Dashboard" ? "dashboard" : "src/Platform." + ring, "Platform." + ring)).ShouldBeEmpty();

    [Fact]
    public void A_noun_of_the_grains_is_one_of_the_contracts() =>
        // Groups share Apps' contracts: a group is a path that apps are at. Startup is no noun.
        Nouns("Grains").Except(Nouns("Contracts")).Except(["Groups", "Startup", "Deployments"]).ShouldBeEmpty();

    [Fact]
    public void A_noun_of_the_contracts_is_one_of_core() =>
        // What has nothing to decide: reading lists, and storing.
        Nouns("Contracts").Except(Nouns("Core")).Except(["Directory", "Secrets", "Storage"]).ShouldBeEmpty();

    private static IEnumerable<string> Nouns(string ring) =>
        House.Sources("src/Platform." + ring).Select(file => Path.GetRelativePath(Path.Combine(House.Root, "src/Platform." + ring), file).Split('/'))
            .Where(parts => parts.Length > 1).Select(parts => parts[0]).Distinct();

    private static IEnumerable<string> Misplaced(string folder, string root)
    {
        foreach (var file in House.Sources(folder))
        {
            if (Namespace().Match(File.ReadAllText(file)) is not { Success: true } found)
                continue;
            var path = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(House.Root, folder), file))!;
            var expected = path.Length == 0 ? root : $"{root}.{path.Replace('/', '.')}";
            var (actual, relative) = (found.Groups[1].Value, Path.GetRelativePath(House.Root, file));
            var noun = string.Join('.', expected.Split('.').Take(3));
            if (actual != expected && actual != noun && !(actual == root && Array.Exists(Flat, folder => relative.StartsWith(folder, StringComparison.Ordinal))))
                yield return $"{relative} is in {actual} and not in {expected}";
        }
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
