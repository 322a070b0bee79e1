using System.Reflection;
using Platform.Contracts.Apps;

namespace Platform.Grains.Tests.Serialization;

public sealed class ContractSerializationTests
{
    [Fact]
    public void Everything_that_crosses_a_grain_boundary_or_is_stored_can_be_serialized() =>
        SerializationWalk.FindProblems(typeof(IAppGrain).Assembly, Assembly.Load("Platform.Grains")).ShouldBeEmpty();
}
