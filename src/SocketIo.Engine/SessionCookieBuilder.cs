using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>
/// The cookie of <see cref="EngineOptions.Cookie"/>, with the reference's defaults: named "io", for the path "/", out of reach of
/// scripts (<see cref="CookieBuilder.HttpOnly"/>), and not sent with requests that other sites cause, but for links
/// (<see cref="CookieBuilder.SameSite"/> is <see cref="SameSiteMode.Lax"/>). Clients of other sites need <see cref="SameSiteMode.None"/>
/// and HTTPS.
/// </summary>
public class SessionCookieBuilder : CookieBuilder
{
    /// <summary>Makes the defaults; what is set afterwards counts.</summary>
    public SessionCookieBuilder()
    {
        Name = "io";
        Path = "/";
        HttpOnly = true;
        SameSite = SameSiteMode.Lax;

        // a load balancer cannot do without it
        IsEssential = true;
    }
}
