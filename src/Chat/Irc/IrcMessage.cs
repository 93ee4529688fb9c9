using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Twitch.Chat.Irc;

/// <summary>One line of the IRC protocol: <c>@tags :prefix COMMAND middle :trailing</c>.</summary>
/// <remarks>RFC 1459 and the IRCv3 message tags. Lines from a server are only ever read, so nothing in them throws; lines to a server are only ever written by <see cref="ToString"/>, which does.</remarks>
public sealed class IrcMessage
{
    private const int MaxParameterCount = 15;

    /// <summary>A message to a server.</summary>
    /// <param name="command">Letters, or three digits.</param>
    /// <param name="parameters">Only the last may hold spaces, be empty or begin with a colon.</param>
    public IrcMessage(string command, params IReadOnlyList<string> parameters)
    {
        Command = command;
        Parameters = parameters;
    }

    /// <summary>Tags by name, values unescaped; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Who sent it, such as <c>bob!bob@bob.tmi.twitch.tv</c>; empty if not said.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What it is: PRIVMSG, 001.</summary>
    public string Command { get; }

    /// <summary>What belongs to it.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The nickname in <see cref="Prefix"/>.</summary>
    public string Nick => Prefix.AsSpan().IndexOfAny('!', '@') is >= 0 and int end ? Prefix[..end] : Prefix;

    /// <summary>The last parameter, where IRC puts the words; empty if there is none.</summary>
    public string Trailing => Parameters.Count == 0 ? "" : Parameters[^1];

    /// <summary>A tag's value, empty if it is absent.</summary>
    public string Tag(string name) => Tags.GetValueOrDefault(name, "");

    /// <summary>A parameter, empty if it is absent.</summary>
    public string Parameter(int index) => index < Parameters.Count ? Parameters[index] : "";

    /// <summary>Reads a line without its line break.</summary>
    /// <returns>False if it is no message; never throws.</returns>
    public static bool TryParse(string line, [NotNullWhen(true)] out IrcMessage? message)
    {
        message = null;
        if (line.AsSpan().ContainsAny('\r', '\n', '\0'))
            return false;
        var rest = new Scanner(line);
        string tags = rest.Marked('@'), prefix = rest.Marked(':'), command = rest.Word();
        if (!IsCommand(command))
            return false;
        var parameters = new List<string>();
        while (rest.Parameter(last: parameters.Count == MaxParameterCount - 1) is string parameter)
            parameters.Add(parameter);
        message = new(command, parameters) { Tags = IrcTags.Parse(tags), Prefix = prefix };
        return true;
    }

    /// <summary>The line, without its line break.</summary>
    /// <exception cref="InvalidOperationException">It would not be one line, or not this message.</exception>
    public override string ToString()
    {
        var line = new StringBuilder();
        if (Tags.Count > 0)
            line.Append('@').Append(IrcTags.Format(Tags)).Append(' ');
        if (Prefix.Length > 0)
            line.Append(':').Append(Middle(Prefix)).Append(' ');
        line.Append(IsCommand(Command) ? Command : throw Malformed("its command"));
        for (int i = 0; i < Parameters.Count - 1; i++)
            line.Append(' ').Append(Middle(Parameters[i]));
        if (Parameters.Count > MaxParameterCount)
            throw Malformed("the number of its parameters");
        if (Parameters.Count > 0)
            line.Append(Trailing.Length == 0 || Trailing[0] == ':' || Trailing.Contains(' ', StringComparison.Ordinal) || Command == "PRIVMSG" ? " :" : " ").Append(Trailing);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] is '\r' or '\n' or '\0')
                throw Malformed("a line break or NUL in it");
        }
        return line.ToString();
    }

    internal static bool IsCommand(string word) => word.Length is > 0 and <= 32 && (word.All(char.IsAsciiLetter) || (word.Length == 3 && word.All(char.IsAsciiDigit)));

    private static string Middle(string text) =>
        text.Length > 0 && text[0] != ':' && !text.Contains(' ', StringComparison.Ordinal) ? text : throw Malformed("a parameter before the last");

    private static InvalidOperationException Malformed(string what) => new($"an IRC message cannot be written because of {what}");

    // Takes a line apart from its left; runs of spaces count as one.
    private ref struct Scanner(ReadOnlySpan<char> line)
    {
        private ReadOnlySpan<char> _rest = line.TrimStart(' ');

        public string Marked(char mark)
        {
            if (_rest.IsEmpty || _rest[0] != mark)
                return "";
            _rest = _rest[1..];
            return Word();
        }

        public string? Parameter(bool last)
        {
            if (_rest.IsEmpty)
                return null;
            if (_rest[0] != ':' && !last)
                return Word();
            string words = (_rest[0] == ':' ? _rest[1..] : _rest).ToString();
            _rest = [];
            return words;
        }

        public string Word()
        {
            int end = _rest.IndexOf(' ');
            ReadOnlySpan<char> word = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? [] : _rest[end..].TrimStart(' ');
            return word.ToString();
        }
    }
}
