using MudBlazor;

namespace Platform.Dashboard.Components;

/// <summary>Asks the operator.</summary>
internal static class Ask
{
    private static readonly DialogOptions Options = new() { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true };

    /// <summary>Yes or no.</summary>
    internal static async Task<bool> SureAsync(IDialogService dialogs, string title, string text, string yes) =>
        await ShowAsync(dialogs, title, new() { { dialog => dialog.Text, text }, { dialog => dialog.Yes, yes } }) is not null;

    /// <summary>Yes, by typing a name.</summary>
    internal static async Task<bool> NameAsync(IDialogService dialogs, string title, string text, string name, string yes) =>
        await ShowAsync(dialogs, title, new() { { dialog => dialog.Text, text }, { dialog => dialog.Yes, yes }, { dialog => dialog.Name, name } }) is not null;

    /// <summary>A whole number from 0 on; null: the operator thought better of it.</summary>
    internal static async Task<int?> NumberAsync(IDialogService dialogs, string title, string label, int value) =>
        await ShowAsync(dialogs, title, new() { { dialog => dialog.Label, label }, { dialog => dialog.Number, value }, { dialog => dialog.Yes, "Apply" } }) as int?;

    /// <summary>A text, which may be empty; null: the operator thought better of it.</summary>
    internal static async Task<string?> TextAsync(IDialogService dialogs, string title, string label, string yes) =>
        await ShowAsync(dialogs, title, new() { { dialog => dialog.Label, label }, { dialog => dialog.IsText, true }, { dialog => dialog.Yes, yes } }) as string;

    private static async Task<object?> ShowAsync(IDialogService dialogs, string title, DialogParameters<AskDialog> parameters)
    {
        var dialog = await dialogs.ShowAsync<AskDialog>(title, parameters, Options);
        return await dialog.Result is { Canceled: false, Data: { } answer } ? answer : null;
    }
}
