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

    /// <summary>What stands in the editor of JSON, when it is there.</summary>
    public static async Task<string> EditorTextAsync(this IPage page)
    {
        await page.Locator(".editor-rich .view-lines").WaitForAsync(new() { Timeout = 60_000 });
        return await page.EvaluateAsync<string>("monaco.editor.getEditors()[0].getValue()");
    }

    /// <summary>Pastes into the editor of JSON, in the place of all that stands there.</summary>
    public static async Task TypeIntoEditorAsync(this IPage page, string text)
    {
        await page.EditorTextAsync();
        await page.Locator(".editor-rich textarea").FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        // As a paste: while something is typed the editor closes brackets by itself.
        await page.Locator(".editor-rich textarea").EvaluateAsync(
            "(field, text) => { const data = new DataTransfer(); data.setData('text/plain', text); field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }", text);
    }
}
