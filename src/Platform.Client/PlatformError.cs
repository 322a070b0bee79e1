namespace Platform.Client;

/// <summary>Why a request was not carried out.</summary>
public enum PlatformError
{
    /// <summary>The control plane refused it or failed (any status not named below).</summary>
    Refused,

    /// <summary>The request is malformed or its content is invalid (400, 422); <see cref="PlatformException.Problems"/> says where.</summary>
    Invalid,

    /// <summary>What it names does not exist (404).</summary>
    NotFound,

    /// <summary>It collides with what exists or with a running deployment (409).</summary>
    Conflict,

    /// <summary>Nobody has logged in, or the login has ended (401).</summary>
    LoginNeeded,

    /// <summary>Who has logged in may not do it (403).</summary>
    Forbidden,

    /// <summary>Nobody answers at the address, or not in time.</summary>
    Unavailable,
}
