namespace Platform.Dashboard.Live;

/// <summary>Text of one look.</summary>
/// <param name="Text">The text.</param>
/// <param name="Look">Classes of the style sheet, such as <c>ansi-32 ansi-bold</c>; empty: plain.</param>
public readonly record struct LogSegment(string Text, string Look);

/// <summary>One line of a log.</summary>
/// <param name="Number">Its number, from 1, since the reading began.</param>
/// <param name="Text">Its text without escape sequences.</param>
/// <param name="Segments">The same text by look.</param>
public sealed record LogLine(long Number, string Text, IReadOnlyList<LogSegment> Segments);
