using System.Text;
using Twitch.Chat.Irc;

namespace Twitch.Chat.Tests.Irc;

public class LineReaderTests
{
    [Fact]
    public async Task Lines_end_with_LF_or_CRLF_however_the_bytes_arrive()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("one\r\ntwo\n\nfünf🤖\r\nlost");
        for (int chunk = 1; chunk <= bytes.Length; chunk++)
            Assert.Equal(["one", "two", "", "fünf🤖"], await ReadAllAsync(bytes, chunk, maxBytes: 32));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_skipped_and_counted_and_the_next_is_read()
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"short\n{new string('x', 10_000)}\r\nnext\r\n{new string('y', 16)}\r\n");
        foreach (int chunk in (int[])[1, 7, 4096])
        {
            var reader = new LineReader(new Trickle(bytes, chunk), maxBytes: 16);
            Assert.Equal(["short", "next", new string('y', 16)], await ReadAllAsync(reader));
            Assert.Equal(1, reader.SkippedCount);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_become_replacement_characters() => Assert.Equal(["a\ufffdb"], await ReadAllAsync([(byte)'a', 0xFF, (byte)'b', (byte)'\n'], 4, 16));

    private static Task<List<string>> ReadAllAsync(byte[] bytes, int chunk, int maxBytes) => ReadAllAsync(new LineReader(new Trickle(bytes, chunk), maxBytes));

    private static async Task<List<string>> ReadAllAsync(LineReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadAsync(Patience.Token) is string line)
            lines.Add(line);
        return lines;
    }

    private sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
