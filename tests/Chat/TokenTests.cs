using System.Text.Json;

namespace Twitch.Chat.Tests;

public sealed class TokenTests : IDisposable
{
    private const string Secret = "abcdefghij0123456789klmnopqrst";
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_file_of_its_owner_alone_gives_the_token()
    {
        Write($"oauth:{Secret}\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(Secret, TokenSource.FromFile(_path).Read().Reveal());
    }

    [Theory]
    [InlineData(0b110_100_000, "0640")]
    [InlineData(0b110_100_100, "0644")]
    [InlineData(0b110_000_100, "0604")]
    [InlineData(0b111_000_000, "0700")]
    public void Another_mode_is_refused_with_the_command_that_mends_it(int mode, string octal)
    {
        Write(Secret, (UnixFileMode)mode);

        TwitchException error = Assert.Throws<TwitchException>(() => TokenSource.FromFile(_path));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(octal, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"run: chmod 600 {_path}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_quotes_a_path_that_a_shell_would_read_otherwise()
    {
        string path = $"{_path} it's; here";
        File.WriteAllText(path, Secret);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        try
        {
            TwitchException error = Assert.Throws<TwitchException>(() => TokenSource.FromFile(path));
            Assert.EndsWith($"chmod 600 -- '{_path} it'\\''s; here'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("abcdefghij\r\nQUIT")]
    [InlineData("abcdefghij 0123456789")]
    public void What_is_no_token_is_refused_and_not_quoted(string content)
    {
        Write(content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        TwitchException error = Assert.Throws<TwitchException>(() => TokenSource.FromFile(_path));

        Assert.StartsWith($"{_path} holds no chat token", error.Message, StringComparison.Ordinal);
        Assert.True(content.Length == 0 || !error.Message.Contains(content, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_and_an_unset_variable_say_what_is_missing()
    {
        Assert.Equal("/no/such/file: the chat token cannot be read: there is no such file.", Assert.Throws<TwitchException>(() => TokenSource.FromFile("/no/such/file")).Message);
        Assert.Contains("NO_SUCH_VARIABLE is not set", Assert.Throws<TwitchException>(() => TokenSource.FromEnvironment("NO_SUCH_VARIABLE")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variable_leaves_the_environment_with_the_token()
    {
        const string variable = "TOKEN_TESTS_VARIABLE";
        Environment.SetEnvironmentVariable(variable, $"oauth:{Secret}");

        TokenSource source = TokenSource.FromEnvironment(variable);

        Assert.Equal(Secret, source.Read().Reveal());
        Assert.Null(Environment.GetEnvironmentVariable(variable));    // so ffmpeg does not inherit it
        Assert.Equal($"the environment variable {variable}", source.ToString());
    }

    [Fact]
    public void A_file_that_holds_more_than_a_token_is_refused()
    {
        Write(Secret + new string('\n', 5000), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Contains("more than 4096 bytes", Assert.Throws<TwitchException>(() => TokenSource.FromFile(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_replaced_gives_the_new_token()
    {
        Write(Secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        TokenSource source = TokenSource.FromFile(_path);

        File.WriteAllText(_path, "anothertoken1234");

        Assert.Equal("anothertoken1234", source.Read().Reveal());
    }

    [Fact]
    public void A_printed_token_is_a_placeholder()
    {
        AccessToken token = AccessToken.TryParse(Secret)!;

        string printed = $"{token} {TokenSource.Of(token)} {JsonSerializer.Serialize(token)} {new Twitch.Chat.Irc.IrcOptions { Token = TokenSource.Of(token) }} {new Twitch.Chat.Helix.HelixOptions { Token = TokenSource.Of(token) }}";

        Assert.DoesNotContain(Secret, printed, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("bad (access token)!", token.Redact($"bad {Secret.ToUpperInvariant()}!"));
    }

    private void Write(string content, UnixFileMode mode)
    {
        File.WriteAllText(_path, content);
        File.SetUnixFileMode(_path, mode);
    }
}
