using System.Globalization;

namespace Platform.Dashboard.Components;

/// <summary>Amounts for people.</summary>
internal static class Amounts
{
    /// <summary>A number, or megabytes in their largest unit.</summary>
    internal static string Of(double amount, bool isMemory) => isMemory ? Megabytes(amount) : Number(amount);

    /// <summary>Megabytes in their largest unit.</summary>
    internal static string Megabytes(double amount) => amount switch
    {
        >= 1024 * 1024 => Number(amount / 1024 / 1024) + " TB",
        >= 1024 => Number(amount / 1024) + " GB",
        _ => Number(amount) + " MB",
    };

    /// <summary>Bytes in their largest unit.</summary>
    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1 << 20 => Megabytes(bytes / 1048576d),
        >= 1 << 10 => Number(bytes / 1024d) + " kB",
        _ => $"{bytes} B",
    };

    /// <summary>At most one place after the point, two below 1.</summary>
    internal static string Number(double amount) => amount.ToString(amount is > -1 and < 1 ? "0.##" : "#,0.#", CultureInfo.InvariantCulture);
}
