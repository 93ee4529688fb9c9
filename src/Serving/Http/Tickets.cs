using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Twitch.Serving.Http;

/// <summary>Words that open one event stream, once and soon: what stands in an address reaches logs and histories, and the token must not.</summary>
internal sealed class Tickets(IOptions<ServeOptions> options, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Session, DateTimeOffset Until)> _open = [];

    public TimeSpan Life => options.Value.TicketLife;

    public string Issue(string session)
    {
        string ticket = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        DateTimeOffset now = clock.GetUtcNow();
        lock (_gate)
        {
            if (_open.Count >= Most)
            {
                foreach (string old in _open.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToList())
                    _open.Remove(old);
            }
            if (_open.Count >= Most)
                throw new ProblemException(429, "tickets", $"{Most} tickets are out that nobody used.", retryAfter: Life);
            _open[ticket] = (session, now + Life);
        }
        return ticket;
    }

    public bool Use(string ticket, string? session)
    {
        lock (_gate)
            return _open.Remove(ticket, out (string Session, DateTimeOffset Until) found) && found.Session == session && found.Until > clock.GetUtcNow();
    }
}
