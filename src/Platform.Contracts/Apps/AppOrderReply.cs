namespace Platform.Contracts.Apps;

/// <summary>What an app says to an order.</summary>
/// <param name="Vacancy">There is no such app, and the order would make it: it is taken when it comes again with this, so that one from before the app was removed does not bring it back. Null: it was taken, or refused.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppOrderReply")]
public sealed record AppOrderReply([property: Id(0)] Guid? Vacancy = null);
