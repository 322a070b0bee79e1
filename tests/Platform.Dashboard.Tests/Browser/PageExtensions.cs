using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>What tests ask of a page again and again.</summary>
internal static class PageExtensions
{
    /// <summary>Waits until the page is at a path, <c>*</c> for any text. The address itself is looked at: an event of its change may have passed before somebody waits for one.</summary>
    public static Task AtAsync(this IPage page, string path) => Expect(page).ToHaveURLAsync(
        new Regex(Regex.Escape(path).Replace("\\*", ".*", StringComparison.Ordinal) + "$"), new() { Timeout = 60_000 });
}
