namespace Platform.Agent.Processes;

/// <summary>What a program that is started gets as its standard input, output and error: three open files, or one terminal for all.</summary>
/// <param name="Input">The open file to read.</param>
/// <param name="Output">The open file to write.</param>
/// <param name="Error">The open file for errors.</param>
/// <param name="Terminal">The terminal's file, which then controls it; the others do not count.</param>
internal readonly record struct StandardStreams(int Input, int Output, int Error, string? Terminal = null);
