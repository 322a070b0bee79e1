using System.Text.Json;
using Platform.Core.Roles;
using Platform.Core.Tests.Conformance;

namespace Platform.Core.Tests.RoleModel;

public class RoleNameTests
{
    private static readonly JsonElement Table = ConformanceFile.Table("roles");

    public static TheoryData<string> Names(string list) => new(Table.GetProperty(list).EnumerateArray().Select(name => name.GetString()!));

    [Theory]
    [MemberData(nameof(Names), "valid")]
    public void A_valid_role_is_accepted(string role) => RoleName.Validate(role).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Names), "invalid")]
    public void An_invalid_role_is_refused_with_a_reason(string role) => RoleName.Validate(role).ShouldNotBeNullOrEmpty();

    [Fact]
    public void Lists_skip_empty_entries_and_refuse_invalid_ones()
    {
        foreach (var row in Table.GetProperty("list_parse").EnumerateArray())
        {
            if (row[1].ValueKind == JsonValueKind.String)
                Should.Throw<FormatException>(() => RoleName.ParseList(row[0].GetString()!));
            else
                RoleName.ParseList(row[0].GetString()!).ShouldBe(row[1].EnumerateArray().Select(role => role.GetString()!));
        }
    }

    [Fact]
    public void Ancestors_are_listed_nearest_first()
    {
        foreach (var row in Table.GetProperty("ancestors").EnumerateArray())
            RoleName.Ancestors(row[0].GetString()!).ShouldBe(row[1].EnumerateArray().Select(role => role.GetString()!));
    }

    [Fact]
    public void Only_a_deeper_path_is_a_subrole()
    {
        foreach (var row in Table.GetProperty("strict_subrole").EnumerateArray())
            RoleName.IsStrictSubroleOf(row[0].GetString()!, row[1].GetString()!).ShouldBe(row[2].GetBoolean());
    }
}
