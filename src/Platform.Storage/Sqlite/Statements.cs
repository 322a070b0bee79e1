using Microsoft.Data.Sqlite;

namespace Platform.Storage.Sqlite;

/// <summary>Prepared statements of one connection, by their text. Parameters are written ?1, ?2, ... in the text.</summary>
internal sealed class Statements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    /// <summary>Runs a statement; returns the first column of the first row, or null without rows.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object> arguments) => Bind(sql, arguments).ExecuteScalar();

    /// <summary>Runs a query; the reader must be disposed before the same statement is used again.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object> arguments) => Bind(sql, arguments).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object> arguments)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= arguments.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
            }

            _commands.Add(sql, command);
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            command.Parameters[i].Value = arguments[i];
        }

        return command;
    }
}
