using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Twitch.Chat;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Serving.Http;
using Twitch.Serving.Net;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving.Sessions;

/// <summary>The sessions of a server.</summary>
public sealed class SessionTable : IHostedService, IAsyncDisposable
{
    private const int IdBytes = 8;

    private readonly ConcurrentDictionary<string, Session> _sessions = new();
    private readonly ServedModel _served;
    private readonly SourcePolicy _policy;
    private readonly SourceProxy _proxy;
    private readonly OpenFeed _open;
    private readonly ServeOptions _options;
    private readonly ServeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<SessionTable> _logger;
    private readonly ChatPoster? _poster;
    private int _running;
    private long _ended;

    internal SessionTable(ServedModel served, SourcePolicy policy, SourceProxy proxy, OpenFeed open, IOptions<ServeOptions> options, ServeMetrics metrics, TimeProvider clock, ILogger<SessionTable> logger, ChatPoster? poster)
    {
        (_served, _policy, _proxy, _open, _options, _metrics, _clock, _logger, _poster) = (served, policy, proxy, open, options.Value, metrics, clock, logger, poster);
    }

    /// <summary>Is told of each comment when it was written and when it was decided about: session and comment. Called between two seconds of the
    /// stream, so it must be short; what posts to a chat keeps a queue of its own.</summary>
    public event Action<string, SessionComment>? Commented;

    internal IEnumerable<Session> All => _sessions.Values.OrderBy(session => session.Created);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (string id in _sessions.Keys)
            await RemoveAsync(id);
    }

    /// <summary>Stops what runs, for a host that is disposed without being stopped: the model goes after this.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    internal async Task<Session> CreateAsync(SessionRequest request, CancellationToken cancellation)
    {
        TimeSpan? every = EveryOf(request.Every);    // absent: when the chat would
        bool asks = request.Approval is { } approval ? AsksOf(approval) : _poster?.Approval == ApprovalMode.Manual;
        bool? posts = PostsOf(request.Post);
        SamplingOptions sampling = (request.Sampling ?? new SamplingJson()).Over(_served.Model.Sampling).Validate(_served.Model.Config.VocabularySize);
        StreamSource source = await _policy.CheckAsync(request.Source, cancellation);
        if (Interlocked.Increment(ref _running) > _options.MaxSessions)
        {
            Interlocked.Decrement(ref _running);
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "sessions", $"{_options.MaxSessions} sessions run, and no more may; stop one, or ask again.", $"{_options.MaxSessions}", $"fewer than {_options.MaxSessions}", TimeSpan.FromSeconds(10));
        }
        ISessionFeed feed;
        try
        {
            feed = _open(source, new WatchOptions
            {
                Every = every ?? new WatchOptions().Every,
                Pace = every is null ? new CommentPace { Seed = sampling.Seed } : null,
                Sampling = sampling,
                WaitForSource = source.CanReconnect,
                Resolve = _policy.ResolverOf(request.Source),
                Clock = _clock,
                Capture = new LiveCaptureOptions { Realtime = source.IsRecording && request.Realtime, Loop = source.IsRecording && request.Loop, FfmpegMemory = _options.FfmpegMemory, HttpProxy = _proxy.Address, ContainersOnly = true },
            }.Validate());
        }
        catch
        {
            Interlocked.Decrement(ref _running);
            throw;
        }
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var session = new Session(
            id, source.IsRecording ? request.Source! : source.Name, every, asks, posts, feed, _served, _options, _metrics, _clock, _logger, (session, comment) => Commented?.Invoke(session.Id, comment), GiveBack);
        _sessions[id] = session;
        ForgetOldest();    // it may have ended before it stood in the table
        return session;
    }

    internal Session? TryFind(string id) => _sessions.GetValueOrDefault(id);

    internal Session Find(string id) => TryFind(id) ?? throw ProblemException.NotFound($"session '{id}'");

    internal async Task<bool> RemoveAsync(string id)
    {
        if (!_sessions.TryRemove(id, out Session? session))
            return false;
        await session.DisposeAsync();
        return true;
    }

    // Every session comes here once, by itself or because it was stopped.
    private void GiveBack(Session session)
    {
        session.Ended = Interlocked.Increment(ref _ended);
        Interlocked.Decrement(ref _running);
        ForgetOldest();
    }

    // Those that are over can still be looked at, but each keeps its comments and windows: as many stay as may run.
    private void ForgetOldest()
    {
        foreach (Session old in _sessions.Values.Where(session => session.Ended > 0).OrderByDescending(session => session.Ended).Skip(_options.MaxSessions))
            _ = RemoveAsync(old.Id);    // not awaited: it may be the one that is ending here
    }

    internal static bool AsksOf(string approval) => approval switch
    {
        "auto" => false,
        "manual" => true,
        _ => throw ProblemException.BadRequest($"approval is '{approval}'; it must be auto or manual.", approval, "auto or manual"),
    };

    /// <summary>Whether a session's comments are offered for posting: as it was asked for, else where the server posts; null where it does not.</summary>
    internal bool? PostsOf(bool? wanted) => _poster is not null ? wanted ?? true : wanted != true ? null : throw new ProblemException(
        StatusCodes.Status422UnprocessableEntity, "post", "this server posts nowhere; start it with --post CHANNEL.", "true", "false");

    private TimeSpan? EveryOf(JsonElement? every) => every switch
    {
        null => new WatchOptions().Every,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double seconds) && seconds is >= 1 and <= 86400 => TimeSpan.FromSeconds(seconds),
        { ValueKind: JsonValueKind.String } word when word.ValueEquals("auto") => _served.Model.HasRate ? null : throw new ProblemException(
            StatusCodes.Status422UnprocessableEntity, "every", $"the bundle '{_served.Name}' does not say when people comment; give \"every\" in seconds.", "auto", "seconds"),
        _ => throw ProblemException.BadRequest(string.Create(CultureInfo.InvariantCulture, $"every is {every.Value.GetRawText()}; it must be seconds, 1 or more, or \"auto\"."), null, "seconds or auto"),
    };
}
