using Platform.Core.Collections;

namespace Platform.Core.Security.Certificates;

/// <summary>What decisions look at in a certificate.</summary>
/// <param name="Validity">When it counts.</param>
/// <param name="Authority">The fingerprint of the authority that made it.</param>
/// <param name="Names">The names and addresses that it is for, in their order.</param>
public sealed record CertificateFacts(Validity Validity, string Authority, ValueList<string> Names);
