namespace Platform.Core.Security;

/// <summary>The names of actions.</summary>
public static class AccessActions
{
    /// <summary>The name, such as <c>read</c>.</summary>
    public static string Name(this AccessAction action) => action switch
    {
        AccessAction.Create => "create",
        AccessAction.Read => "read",
        AccessAction.Update => "update",
        AccessAction.Delete => "delete",
        _ => "full",
    };

    /// <summary>The action of this name; null: there is none.</summary>
    public static AccessAction? Parse(string name) => name switch
    {
        "create" => AccessAction.Create,
        "read" => AccessAction.Read,
        "update" => AccessAction.Update,
        "delete" => AccessAction.Delete,
        "full" => AccessAction.Full,
        _ => null,
    };
}
