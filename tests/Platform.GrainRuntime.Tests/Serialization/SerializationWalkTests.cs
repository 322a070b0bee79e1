using Platform.Tests.Serialization;

namespace Platform.GrainRuntime.Tests.Serialization;

public interface IGoodGrain : IGrainWithStringKey
{
    Task<List<GoodValue>> TakeAsync(GoodValue value, IGoodGrain other, (int, string)? pair);
}

public interface IBadGrain : IGrainWithStringKey
{
    int NotATask();

    Task UnmarkedAsync(List<UnmarkedValue> values);

    Task UnnumberedAsync(UnnumberedValue value);

    Task TwiceAsync(TwiceNumberedValue value);

    Task DerivedAsync(BaseValue value);

    Task SettableAsync(SettableValue value);

    Task ComputedAsync(ComputedValue value);
}

[GenerateSerializer]
public sealed record GoodValue([property: Id(0)] int Number, [property: Id(1)] GoodValue? Inner)
{
    public int Twice => Number * 2;
}

public sealed record UnmarkedValue(int Number);

[GenerateSerializer]
public sealed class UnnumberedValue
{
    public int Number { get; set; }
}

[GenerateSerializer]
public sealed record TwiceNumberedValue([property: Id(0)] int A, [property: Id(0)] int B);

[GenerateSerializer]
public abstract record BaseValue;

public sealed record DerivedValue : BaseValue;

[GenerateSerializer, Immutable]
public sealed class SettableValue
{
    [Id(0)]
    public int Number { get; set; }
}

[GenerateSerializer]
public sealed class ComputedValue
{
    [NonSerialized]
    private int _number;

    [Id(0)]
    public int Number
    {
        get => _number;
        set => _number = Math.Abs(value);
    }
}

public sealed class SerializationWalkTests
{
    [Fact]
    public void An_interface_whose_types_all_travel_has_no_problems() => SerializationWalk.FindProblems([typeof(IGoodGrain)]).ShouldBeEmpty();

    [Fact]
    public void Everything_that_would_fail_on_Orleans_is_listed() => SerializationWalk.FindProblems([typeof(IBadGrain)]).ShouldBe(
        [
            "IBadGrain.NotATask returns Int32; a grain method returns Task, Task<T>, ValueTask or ValueTask<T>",
            $"IBadGrain.UnmarkedAsync(values): {typeof(UnmarkedValue)} has no [GenerateSerializer]",
            "UnnumberedValue.Number has no [Id]",
            "TwiceNumberedValue.B has the same [Id(0)] as A",
            $"IBadGrain.DerivedAsync(value): DerivedValue derives from BaseValue: {typeof(DerivedValue)} has no [GenerateSerializer]",
            "SettableValue.Number can be set, but its type is [Immutable] and shared between grains; make it init",
            "ComputedValue.Number has an [Id], but keeps its value elsewhere; put the [Id] on the field",
        ],
        ignoreOrder: true);
}
