namespace Platform.GrainRuntime;

/// <summary>Why an activation ends.</summary>
/// <param name="code">The class of the reason.</param>
/// <param name="exception">The failure behind it, if any.</param>
/// <param name="text">The reason for people.</param>
public readonly struct DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
{
    /// <summary>A reason without a failure behind it.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>The class of the reason.</summary>
    public DeactivationReasonCode ReasonCode { get; } = code;

    /// <summary>The failure behind it, if any.</summary>
    public Exception? Exception { get; } = exception;

    /// <summary>The reason for people.</summary>
    public string Description { get; } = text;

    /// <inheritdoc/>
    public override string ToString() =>
        Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} ({Exception.Message})";
}
