using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text;

namespace Twitch.Chat.Irc;

/// <summary>Stays in one channel: connects, logs in, joins, hands on what is said, says what it is given, and begins anew when the connection is lost.</summary>
public sealed class IrcClient : IAsyncDisposable
{
    private readonly IrcOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<IrcMessage>? _received;
    private readonly Action<string>? _report;
    private readonly string _nick;
    private readonly Backoff _backoff = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _saying = new(1, 1);
    private TaskCompletionSource<IrcConnection> _joined = NewGate();
    private volatile TaskCompletionSource<SendResult>? _answer;
    private AccessToken? _token;
    private Task? _running;
    private long _reconnects;

    /// <summary>Nothing happens before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">Server and login.</param>
    /// <param name="channel">The one channel.</param>
    /// <param name="received">Receives every message of the server but PING and PONG; must be quick and must not throw.</param>
    /// <param name="report">Receives a line when the connection is lost.</param>
    /// <param name="time">The clock; the system's if absent.</param>
    /// <exception cref="TwitchException">The address cannot be used, or a login lacks its token.</exception>
    public IrcClient(IrcOptions options, ChannelName channel, Action<IrcMessage>? received = null, Action<string>? report = null, TimeProvider? time = null)
    {
        IrcTransport.Validate(options.Server);
        if (options.Nick is null != options.Token is null)
            throw new TwitchException("the bot's login and its token belong together; give both, or neither to read only.", ExitCode.Usage);
        (_options, Channel, _received, _report, _time) = (options, channel, received, report, time ?? TimeProvider.System);
        _nick = options.Nick?.Login ?? $"justinfan{Random.Shared.Next(10_000, 99_999)}";    // Twitch's name for a reader without a login
    }

    /// <summary>The channel.</summary>
    public ChannelName Channel { get; }

    /// <summary>How often the connection was made anew.</summary>
    public long ReconnectCount => Interlocked.Read(ref _reconnects);

    /// <summary>Connects and joins, then stays until disposed.</summary>
    /// <exception cref="TwitchException">The login is refused, or the server cannot be reached.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        _running ??= RunAsync(_closing.Token);
        await Gate.Task.WaitAsync(cancellation);
    }

    /// <summary>Says a line; see <see cref="IChatSink.SendAsync"/>.</summary>
    public async Task<SendResult> SayAsync(PostText text, CancellationToken cancellation)
    {
        if (_options.Nick is null)
            throw new InvalidOperationException("a reader without a login cannot speak");
        var message = new IrcMessage("PRIVMSG", Channel.ToString(), "");
        if (text.CutToBytes(_options.MaxLineBytes - Encoding.UTF8.GetByteCount($"{message}\r\n")) is not PostText cut)
            return new(SendStatus.Refused, "not one character of it fits into a line");

        await _saying.WaitAsync(cancellation);
        try
        {
            IrcConnection connection = await Gate.Task.WaitAsync(cancellation);
            var answer = new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answer = answer;
            await connection.SendAsync(new("PRIVMSG", Channel.ToString(), cut.Value), CancellationToken.None);
            return await answer.Task.WaitAsync(_options.ConfirmationTimeout, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return new(SendStatus.Sent, "the server did not answer");
        }
        catch (Exception e) when (IsLoss(e))
        {
            return new(SendStatus.Failed, Clean(e.Message));
        }
        finally
        {
            _answer = null;
            _saying.Release();
        }
    }

    /// <summary>Leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        if (_running is not null)
            await _running;
        _closing.Dispose();
    }

    private TaskCompletionSource<IrcConnection> Gate => Volatile.Read(ref _joined);

    private async Task RunAsync(CancellationToken closing)
    {
        try
        {
            for (int failures = 0; ;)
            {
                long? joinedAt = null;
                string reason;
                try
                {
                    await using IrcConnection connection = await ConnectAsync(closing);
                    joinedAt = _time.GetTimestamp();
                    Gate.TrySetResult(connection);
                    await ListenAsync(connection, closing);
                    throw new IOException("the server fell silent");
                }
                catch (Exception e) when (IsLoss(e))
                {
                    reason = Clean(e.Message);
                }
                Interrupt(reason);
                if (joinedAt is { } since && _time.GetElapsedTime(since) >= _options.SteadyAfter)
                    _backoff.Reset();
                failures = joinedAt is null ? failures + 1 : int.MinValue;    // who was let in once is not turned away for good
                if (failures >= _options.FirstAttempts)
                    throw new TwitchException($"{_options.Server}: cannot be reached: {reason}; check the network and try again.", ExitCode.SourceLost);
                TimeSpan wait = _backoff.Next();
                _report?.Invoke($"{Channel}: {reason}; connecting again{(wait > TimeSpan.Zero ? $" in {wait.TotalSeconds:0} s" : "")}");
                await Task.Delay(wait, _time, closing);
                Interlocked.Increment(ref _reconnects);
            }
        }
        catch (TwitchException e)
        {
            Fail(new TwitchException(Clean(e.Message), e.ExitCode));
        }
        catch (OperationCanceledException)
        {
            Fail(new TwitchException($"{Channel}: the connection has been closed.", ExitCode.Failed));
        }
#pragma warning disable CA1031 // a bug is told to whoever speaks next, with its trace; nobody awaits this task before the end
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }

    private async Task<IrcConnection> ConnectAsync(CancellationToken closing)
    {
        using var limit = new CancellationTokenSource(_options.LoginTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
        IrcConnection? connection = null;
        try
        {
            _token = _options.Token?.Read();
            connection = new(await IrcTransport.ConnectAsync(_options.Server, _options.TrustedRoots, either.Token), _options, _time);
            await IrcLogin.RunAsync(connection, _nick, _token, Channel, either.Token);
            return connection;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            if (e is OperationCanceledException && !closing.IsCancellationRequested)
                throw new IOException($"no login within {_options.LoginTimeout.TotalSeconds:0} s", e);
            throw;
        }
    }

    private async Task ListenAsync(IrcConnection connection, CancellationToken closing)
    {
        while (true)
        {
            IrcMessage message = await connection.ReceiveAsync(closing);
            if (IrcLogin.Loss(message, _nick, Channel) is string reason)
                throw new IOException(reason);
            if (Answer(message) is { } answer)
                _answer?.TrySetResult(answer with { Detail = Clean(answer.Detail) });
            _received?.Invoke(message);
        }
    }

    // Twitch answers a post with USERSTATE or a NOTICE; other servers only say no.
    private SendResult? Answer(IrcMessage message) => message.Command switch
    {
        "USERSTATE" when IrcLogin.IsChannel(message.Parameter(0), Channel) && message.Tag("id").Length > 0 => new(SendStatus.Sent),
        "NOTICE" => ChatNotice.Read(message.Tag("msg-id"), message.Trailing),
        "404" or "442" or "412" => new(SendStatus.Refused, message.Trailing),
        _ => null,
    };

    private void Interrupt(string reason)
    {
        if (Gate.Task.IsCompleted)
            Volatile.Write(ref _joined, NewGate());
        _answer?.TrySetResult(new(SendStatus.Failed, reason));
    }

    private void Fail(Exception error)
    {
        Interrupt(error.Message);
        Gate.TrySetException(error);
        _ = Gate.Task.Exception;    // seen, whether or not anybody asks
    }

    private string Clean(string text) => CommentText.Clean(_token?.Redact(text) ?? text);

    private static bool IsLoss(Exception e) => e is IOException or SocketException or AuthenticationException or WebSocketException or TimeoutException or ObjectDisposedException or HttpRequestException;

    private static TaskCompletionSource<IrcConnection> NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
