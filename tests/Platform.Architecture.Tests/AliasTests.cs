using System.Reflection;
using Orleans.Runtime;

namespace Platform.Architecture.Tests;

/// <summary>What crosses processes has a name of its own, so that types can be renamed and moved while silos of two versions talk.</summary>
public sealed class AliasTests
{
    [Fact]
    public void Every_message_has_a_name_that_no_other_has()
    {
        var messages = House.Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)).ToList();
        messages.Count.ShouldBeGreaterThan(200);
        messages.Where(type => type.GetCustomAttribute<AliasAttribute>(inherit: false) is null).Select(type => type.FullName).ShouldBeEmpty();
        messages.GroupBy(type => type.GetCustomAttribute<AliasAttribute>(inherit: false)!.Alias).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Every_call_has_a_name_that_no_other_of_its_interface_has()
    {
        var interfaces = House.Of("Contracts").GetTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).ToList();
        interfaces.Count.ShouldBeGreaterThan(20);
        interfaces.Where(type => type.GetCustomAttribute<AliasAttribute>() is null).Select(type => type.FullName).ShouldBeEmpty();
        interfaces.SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<AliasAttribute>() is null).Select(method => $"{method.DeclaringType}.{method.Name}").ShouldBeEmpty();
        foreach (var type in interfaces)
            type.GetMethods().Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias).ShouldBeUnique();
    }

    [Fact]
    public void Every_grain_has_a_type_that_does_not_hang_on_the_name_of_its_class()
    {
        var grains = House.Of("Grains").GetTypes().Where(type => typeof(Grain).IsAssignableFrom(type) && !type.IsAbstract).ToList();
        grains.Count.ShouldBeGreaterThan(15);
        grains.Where(type => type.GetCustomAttribute<GrainTypeAttribute>() is null).Select(type => type.FullName).ShouldBeEmpty();
    }
}
