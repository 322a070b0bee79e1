using Platform.Core.Placement;

namespace Platform.Core.Tests.Placement;

public sealed class ConstraintSyntaxTests
{
    [Theory]
    [InlineData("hostname", "Each constraint must have either 2 or 3 fields")]
    [InlineData("hostname UNIQUE a b", "Each constraint must have either 2 or 3 fields")]
    [InlineData("hostname NEAR", "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS")]
    [InlineData("hostname UNIQUE x", "UNIQUE does not accept a value")]
    [InlineData("rack GROUP_BY x", "GROUP BY must define an integer value or else no value at all")]
    [InlineData("rack MAX_PER", "MAX_PER requires an integer value")]
    [InlineData("rack MAX_PER x", "MAX_PER requires an integer value")]
    [InlineData("rack LIKE", "LIKE and UNLIKE require a non-empty, regular expression value")]
    [InlineData("rack LIKE (", "LIKE and UNLIKE require a non-empty, regular expression value")]
    [InlineData("rack UNLIKE [", "LIKE and UNLIKE require a non-empty, regular expression value")]
    public void A_wrong_constraint_is_refused_in_the_words_of_Marathon(string written, string problem)
    {
        ConstraintSyntax.Parse(written.Split(' '), out var told).ShouldBeNull();
        told.ShouldBe(problem);
    }

    [Theory]
    [InlineData("hostname UNIQUE")]
    [InlineData("hostname unique")]
    [InlineData("rack GROUP_BY")]
    [InlineData("rack GROUP_BY 3")]
    [InlineData("rack CLUSTER")]
    [InlineData("rack CLUSTER a")]
    [InlineData("rack MAX_PER 2")]
    [InlineData("rack LIKE a.*")]
    [InlineData("rack UNLIKE a.*")]
    [InlineData("@zone IS z1")]
    public void A_right_constraint_is_read(string written)
    {
        ConstraintSyntax.Parse(written.Split(' '), out var problem).ShouldNotBeNull();
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("([a-z]+)*x")]
    public void A_pattern_that_is_slow_elsewhere_is_matched_in_linear_time(string pattern)
    {
        // Backtracking would try some 2^5,000 ways; if this returns at all, it was not backtracking.
        ConstraintSyntax.PatternOf(pattern).ShouldNotBeNull().IsMatch(new string('a', 5_000) + "!").ShouldBeFalse();
    }

    [Fact]
    public void A_pattern_beyond_the_limits_is_refused()
    {
        ConstraintSyntax.PatternOf(new string('a', ConstraintSyntax.LongestPattern + 1)).ShouldBeNull();
        ConstraintSyntax.PatternOf(@"(a)\1").ShouldBeNull();
    }

    [Theory]
    [InlineData(1.0, "1")]
    [InlineData(0.8, "0.8")]
    [InlineData(1.0005, "1")] // in binary 1.000499999..., below the tie
    [InlineData(1.1005, "1.101")] // in binary 1.100500000...03, above the tie
    [InlineData(0.0625, "0.062")] // exact in binary: a tie, to the even digit
    [InlineData(0.1875, "0.188")] // exact in binary: a tie, to the even digit
    [InlineData(100.0, "100")]
    public void A_scalar_attribute_has_up_to_three_decimals(double value, string text) => AttributeText.Scalar(value).ShouldBe(text);

    [Theory]
    [InlineData("{b,a}", "{a,b}")]
    [InlineData("[7-9,1-2]", "[1-2,7-9]")]
    [InlineData("1.50", "1.5")]
    [InlineData("rack-1", "rack-1")]
    public void Attributes_are_compared_in_one_form(string written, string text) => AttributeText.Normalize(written).ShouldBe(text);
}
