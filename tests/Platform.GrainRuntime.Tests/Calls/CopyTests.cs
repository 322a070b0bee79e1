using System.Collections.Immutable;
using Platform.GrainRuntime.Testing;

namespace Platform.GrainRuntime.Tests.Calls;

[GenerateSerializer]
public sealed class Box
{
    [Id(0)]
    public List<int> Numbers { get; set; } = [];

    [Id(1)]
    public Box? Inner { get; set; }

    [Id(2)]
    public IReadOnlyList<string>? Names { get; init; }

    [Id(3)]
    public ImmutableDictionary<string, Label> Labels { get; init; } = ImmutableDictionary<string, Label>.Empty;

    /// <summary>Has no number and so does not travel.</summary>
    public string? Note { get; set; }
}

[GenerateSerializer]
public readonly record struct Label([property: Id(0)] string Text, [property: Id(1)] int[] Weights);

[GenerateSerializer]
public sealed record Trimmed
{
    [Id(0)]
    private readonly string _text = "";

    public string Text
    {
        get => _text;
        init => _text = value.Trim();
    }
}

[GenerateSerializer, Immutable]
public sealed record Sealed([property: Id(0)] string Text);

public sealed record NotMarked(string Text);

[GenerateSerializer]
public abstract class Shape
{
    [Id(0)]
    public List<int> Sides { get; set; } = [];
}

[GenerateSerializer]
public sealed class Triangle : Shape
{
    [Id(0)]
    public string Colour { get; set; } = "";
}

public interface ICopyGrain : IGrainWithStringKey
{
    Task<Box> KeepAsync(Box box);

    Task<Box> GetAsync();

    Task<bool> IsSameAsync(Sealed value);

    Task KeepSealedAsync(Sealed value);

    Task KeepSharedAsync([Immutable] Box box);

    Task<object?> ReturnAsync(object? value);

    Task<Shape> ShapeAsync(Shape shape);
}

public sealed class CopyGrain : Grain, ICopyGrain
{
    private Box _box = new();
    private Sealed? _sealed;

    public Task<Box> KeepAsync(Box box)
    {
        _box = box;
        return Task.FromResult(_box);
    }

    public Task<Box> GetAsync() => Task.FromResult(_box);

    public Task<bool> IsSameAsync(Sealed value) => Task.FromResult(ReferenceEquals(_sealed, value));

    public Task KeepSealedAsync(Sealed value)
    {
        _sealed = value;
        return Task.CompletedTask;
    }

    public Task KeepSharedAsync([Immutable] Box box)
    {
        _box = box;
        return Task.CompletedTask;
    }

    public Task<object?> ReturnAsync(object? value) => Task.FromResult(value);

    public Task<Shape> ShapeAsync(Shape shape)
    {
        shape.Sides.Add(0);
        return Task.FromResult(shape);
    }
}

public sealed class CopyTests
{
    private static Task<GrainTestHost> StartAsync(bool copyImmutable = false) => TestHost.StartAsync(options =>
    {
        options.CopyImmutable = copyImmutable;
        options.RandomDeactivationProbability = 0;
    });

    [Fact]
    public async Task Neither_side_sees_what_the_other_changes_after_the_call()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ICopyGrain>("a");
        var mine = new Box
        {
            Numbers = [1],
            Inner = new Box { Numbers = [2] },
            Names = new List<string> { "x" },
            Labels = ImmutableDictionary<string, Label>.Empty.Add("k", new Label("t", [7])),
        };
        var returned = await grain.KeepAsync(mine);
        mine.Numbers.Add(9);
        mine.Inner.Numbers.Add(9);
        mine.Labels["k"].Weights[0] = 9;
        returned.Numbers.Add(8);
        var kept = await grain.GetAsync();
        kept.Numbers.ShouldBe([1]);
        kept.Inner!.Numbers.ShouldBe([2]);
        kept.Names.ShouldBe(["x"]);
        kept.Labels["k"].Weights.ShouldBe([7]);
    }

    [Fact]
    public async Task A_member_without_a_number_does_not_travel()
    {
        await using var host = await StartAsync();
        (await host.GetGrain<ICopyGrain>("a").KeepAsync(new Box { Note = "lost" })).Note.ShouldBeNull();
    }

    [Fact]
    public async Task A_property_travels_by_the_numbered_field_behind_it()
    {
        await using var host = await StartAsync();
        (await host.GetGrain<ICopyGrain>("a").ReturnAsync(new Trimmed { Text = " t " })).ShouldBe(new Trimmed { Text = "t" });
    }

    [Fact]
    public async Task An_immutable_value_is_handed_over_as_it_is()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ICopyGrain>("a");
        var value = new Sealed("s");
        await grain.KeepSealedAsync(value);
        (await grain.IsSameAsync(value)).ShouldBeTrue();
        var box = new Box { Note = "kept" };
        await grain.KeepSharedAsync(box);
        box.Numbers.Add(5);
        (await grain.GetAsync()).Numbers.ShouldBe([5]);
    }

    [Fact]
    public async Task With_the_test_option_immutable_values_are_copied_too()
    {
        await using var host = await StartAsync(copyImmutable: true);
        var grain = host.GetGrain<ICopyGrain>("a");
        var value = new Sealed("s");
        await grain.KeepSealedAsync(value);
        (await grain.IsSameAsync(value)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_value_of_an_unmarked_type_fails_the_call_and_says_what_to_do()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ICopyGrain>("a");
        var failure = await Should.ThrowAsync<CodecNotFoundException>(() => grain.ReturnAsync(new NotMarked("x")));
        failure.Message.ShouldContain("add [GenerateSerializer]");
        await Should.ThrowAsync<CodecNotFoundException>(() => grain.ReturnAsync(new List<object> { new NotMarked("x") }));
    }

    [Fact]
    public async Task A_grain_that_passes_itself_is_told_to_pass_a_reference()
    {
        await using var host = await StartAsync();
        var observer = new Listener();
        var failure = await Should.ThrowAsync<CodecNotFoundException>(() => host.GetGrain<ICopyGrain>("a").ReturnAsync(observer));
        failure.Message.ShouldContain("CreateObjectReference");
    }

    [Fact]
    public async Task A_value_keeps_its_own_type_and_the_members_of_its_base()
    {
        await using var host = await StartAsync();
        var triangle = new Triangle { Sides = [3, 4, 5], Colour = "red" };
        var copy = (await host.GetGrain<ICopyGrain>("a").ShapeAsync(triangle)).ShouldBeOfType<Triangle>();
        copy.Colour.ShouldBe("red");
        copy.Sides.ShouldBe([3, 4, 5, 0]);
        triangle.Sides.ShouldBe([3, 4, 5]);
    }

    [Fact]
    public async Task A_value_that_contains_itself_is_refused()
    {
        await using var host = await StartAsync();
        var box = new Box();
        box.Inner = box;
        (await Should.ThrowAsync<InvalidOperationException>(() => host.GetGrain<ICopyGrain>("a").KeepAsync(box))).Message.ShouldContain("refers to itself");
    }

    [Fact]
    public async Task Common_collections_and_tuples_travel()
    {
        await using var host = await StartAsync(copyImmutable: true);
        var grain = host.GetGrain<ICopyGrain>("a");
        object[] values =
        [
            new Dictionary<string, int> { ["a"] = 1 },
            new HashSet<string> { "a" },
            (1, "b"),
            new int?[] { 1, null },
            ImmutableArray.Create("x", "y"),
            ImmutableSortedDictionary<int, string>.Empty.Add(1, "x"),
            new Queue<int>([1, 2]),
            new Stack<int>([1, 2]),
            new KeyValuePair<string, int>("k", 2),
            new Uri("http://localhost/"),
            new byte[] { 1, 2 },
        ];
        foreach (var value in values)
        {
            var copy = (await grain.ReturnAsync(value)).ShouldNotBeNull();
            copy.GetType().ShouldBe(value.GetType());
            copy.ShouldBeEquivalentTo(value);
        }
    }
}
