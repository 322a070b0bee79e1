using Platform.Core.Ownership;

namespace Platform.Core.Tests.Ownership;

/// <summary>What comes twice or late is not acted on again.</summary>
public sealed class OwnerWordsTests
{
    private const string Owner = "framework:f-1";

    private readonly OwnerWords _words = new();

    [Fact]
    public void A_word_is_acted_on_once()
    {
        _words.IsNew(Owner, 1, 1).ShouldBeTrue();

        _words.IsNew(Owner, 1, 1).ShouldBeFalse();
        _words.IsNew(Owner, 1, 2).ShouldBeTrue();
    }

    [Fact]
    public void A_word_that_comes_after_a_later_one_is_passed_over()
    {
        _words.IsNew(Owner, 1, 3).ShouldBeTrue();

        _words.IsNew(Owner, 1, 2).ShouldBeFalse();
        _words.IsNew(Owner, 1, 3).ShouldBeFalse();
    }

    [Fact]
    public void A_later_activation_begins_anew_and_what_the_earlier_one_says_is_passed_over()
    {
        _words.IsNew(Owner, 1, 7).ShouldBeTrue();

        _words.IsNew(Owner, 2, 1).ShouldBeTrue();
        _words.IsNew(Owner, 1, 8).ShouldBeFalse();
        _words.IsNew(Owner, 2, 2).ShouldBeTrue();
    }

    [Fact]
    public void Owners_have_nothing_to_do_with_each_other()
    {
        _words.IsNew(Owner, 5, 5).ShouldBeTrue();

        _words.IsNew("app:/web", 1, 1).ShouldBeTrue();
    }

    [Fact]
    public void A_word_that_is_asked_again_gets_its_answer_until_another_one_follows()
    {
        _words.IsNew(Owner, 1, 1);
        _words.AnswerTo(Owner, 1, 1).ShouldBeNull();

        _words.Answer(Owner, 1, 1, "done");

        _words.AnswerTo(Owner, 1, 1).ShouldBe("done");
        _words.AnswerTo(Owner, 0, 1).ShouldBeNull();
        _words.AnswerTo("app:/web", 1, 1).ShouldBeNull();
        _words.IsNew(Owner, 1, 1).ShouldBeFalse();
        _words.AnswerTo(Owner, 1, 1).ShouldBe("done");
        _words.IsNew(Owner, 1, 2);
        _words.AnswerTo(Owner, 1, 1).ShouldBeNull();
        _words.AnswerTo(Owner, 1, 2).ShouldBeNull();
    }

    [Fact]
    public void An_answer_that_is_ready_after_a_later_word_came_is_not_taken_for_the_later_one()
    {
        _words.IsNew(Owner, 1, 1);
        _words.IsNew(Owner, 1, 2);

        _words.Answer(Owner, 1, 1, "late");

        _words.AnswerTo(Owner, 1, 2).ShouldBeNull();
    }
}
