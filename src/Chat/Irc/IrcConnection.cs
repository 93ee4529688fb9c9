using System.Text;

namespace Twitch.Chat.Irc;

/// <summary>One connection, from its opening to its loss. Answers the server's PING, and sends its own when the server is silent.</summary>
/// <param name="stream">Disposed with the connection.</param>
/// <param name="options">How long a silence may last.</param>
/// <param name="time">The clock.</param>
internal sealed class IrcConnection(Stream stream, IrcOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int MaxReceivedBytes = 16 * 1024;    // 8191 of tags, 512 of message, and room

    private readonly LineReader _lines = new(stream, MaxReceivedBytes);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private Task<string?>? _reading;
    private bool _asked;

    /// <summary>The next message that is neither PING nor PONG. Lines that are no messages are passed over.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    public async Task<IrcMessage> ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            _reading ??= _lines.ReadAsync(CancellationToken.None);    // ends with the stream
            string? line;
            try
            {
                line = await _reading.WaitAsync(_asked ? options.PongTimeout : options.SilenceBeforePing, time, cancellation);
            }
            catch (TimeoutException) when (!_asked)
            {
                _asked = true;
                await SendAsync(new("PING", "still-there"), cancellation);
                continue;
            }
            catch (TimeoutException e)
            {
                throw new IOException($"no answer to PING within {options.PongTimeout.TotalSeconds:0} s", e);
            }
            (_reading, _asked) = (null, false);
            if (line is null)
                throw new IOException("the server closed the connection");
            if (!IrcMessage.TryParse(line, out IrcMessage? message))
                continue;
            if (message.Command == "PING")
                await SendAsync(new("PONG", message.Trailing), cancellation);
            else if (message.Command != "PONG")
                return message;
        }
    }

    /// <summary>Sends one line.</summary>
    /// <exception cref="IOException">The connection is lost, or the line is longer than a server takes.</exception>
    public async Task SendAsync(IrcMessage message, CancellationToken cancellation)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"{message}\r\n");
        if (bytes.Length > options.MaxLineBytes)
            throw new IOException($"a {message.Command} of {bytes.Length} bytes is longer than the {options.MaxLineBytes} that a server takes");
        await _writing.WaitAsync(cancellation);
        try
        {
            await stream.WriteAsync(bytes, CancellationToken.None).AsTask().WaitAsync(options.LoginTimeout, time, cancellation);
            await stream.FlushAsync(cancellation);
        }
        catch (Exception e) when (e is TimeoutException or ObjectDisposedException)
        {
            throw new IOException("the connection takes no more lines", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        if (_reading is not null)
            await _reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
