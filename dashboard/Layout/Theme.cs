using MudBlazor;

namespace Platform.Dashboard.Layout;

/// <summary>The colours and letters of the dashboard. Contrast of text is at least 4.5 to 1 in both palettes.</summary>
internal static class Theme
{
    private static readonly string[] Letters = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"];

    internal static MudTheme Platform { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#4338ca",
            Secondary = "#0e7490",
            Background = "#f6f7f9",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1f2430",
            DrawerBackground = "#ffffff",
            DrawerText = "#3b4252",
            DrawerIcon = "#5b6475",
            TextPrimary = "#1f2430",
            TextSecondary = "#5b6475",
            Success = "#15803d",
            Warning = "#b45309",
            Error = "#b91c1c",
            Info = "#0369a1",
            LinesDefault = "#e3e6eb",
            TableLines = "#e3e6eb",
            Divider = "#e3e6eb",
            ActionDefault = "#5b6475",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#a5b4fc",
            PrimaryContrastText = "#14161b",
            Secondary = "#67e8f9",
            Background = "#14161b",
            Surface = "#1c1f26",
            AppbarBackground = "#1c1f26",
            AppbarText = "#e7e9ee",
            DrawerBackground = "#1c1f26",
            DrawerText = "#c9ced8",
            DrawerIcon = "#a2a9b7",
            TextPrimary = "#e7e9ee",
            TextSecondary = "#a2a9b7",
            Success = "#4ade80",
            Warning = "#fbbf24",
            Error = "#f87171",
            Info = "#7dd3fc",
            LinesDefault = "#2d313b",
            TableLines = "#2d313b",
            Divider = "#2d313b",
            ActionDefault = "#a2a9b7",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Letters, FontSize = ".875rem" },
            Button = new ButtonTypography { TextTransform = "none" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", DrawerWidthLeft = "220px", AppbarHeight = "56px" },
    };
}
