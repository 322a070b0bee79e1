using Microsoft.Extensions.DependencyInjection;
using Platform.Storage.Sqlite;

namespace Platform.Storage.Records;

/// <summary>The end of a storage as a kill would bring it about, for tests within one process.</summary>
public static class StorageAbort
{
    /// <summary>Ends the SQLite storage of a silo without writing what waits. Nothing is stored from here on.</summary>
    public static void AbortStorage(this IServiceProvider services) => services.GetService<SqliteRecordStore>()?.Abort();
}
