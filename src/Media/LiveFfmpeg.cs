using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Twitch.Media;

/// <summary>The one ffmpeg that reads a live source: its sound as a stream, what it found, and what it complained of last.</summary>
internal sealed partial class LiveFfmpeg : IDisposable
{
    private const int KeptComplaints = 3;

    private readonly StreamSource _source;
    private readonly Process _process;
    private readonly Queue<string> _complaints = new();    // the last ones; locked
    private readonly Action<bool, bool> _found;
    private bool _pictureSeen, _soundSeen, _tracksKnown;    // of the thread that hears
    private TimeSpan _processorTime;

    private LiveFfmpeg(StreamSource source, Process process, Action<bool, bool> found)
    {
        (_source, _process, _found) = (source, process, found);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>What it writes to stdout.</summary>
    public Stream Sound => _process.StandardOutput.BaseStream;

    /// <summary>The last errors, in words that may be shown; empty if there were none.</summary>
    public string Complaints
    {
        get
        {
            lock (_complaints)
                return string.Join("; ", _complaints);
        }
    }

    /// <summary>Processor time so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            try
            {
                return _processorTime = _process.TotalProcessorTime;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)    // it has ended
            {
                return _processorTime;
            }
        }
    }

    /// <summary>Starts reading.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="options">How.</param>
    /// <param name="arguments">All of ffmpeg's arguments.</param>
    /// <param name="found">Is told, once the source is open, whether it has a picture and whether it has sound.</param>
    /// <exception cref="TwitchException">ffmpeg is not installed.</exception>
    public static LiveFfmpeg Start(StreamSource source, LiveCaptureOptions options, IEnumerable<string> arguments, Action<bool, bool> found) =>
        new(source, ChildProcess.Start("ffmpeg", arguments, keepInput: source.Kind == SourceKind.StandardInput, options.FfmpegMemory, source.Kind == SourceKind.Http ? options.HttpProxy : null), found);

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit status.</returns>
    public int WaitForExit()
    {
        _process.WaitForExit();    // and for the last line of stderr
        return _process.ExitCode;
    }

    /// <summary>Ends it if it still runs.</summary>
    public void Kill()
    {
        _ = ProcessorTime;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)    // it has ended
        {
        }
    }

    public void Dispose()
    {
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Hear(string? text)
    {
        if (text is null || Line().Match(text) is not { Success: true } line)
            return;
        string message = line.Groups["text"].Value.Trim();
        if (line.Groups["level"].Value == "info")
        {
            // The tracks of the input stand before the mapping.
            if (message.StartsWith("Stream #0:", StringComparison.Ordinal) && !_tracksKnown && !message.Contains("(attached pic)", StringComparison.Ordinal))
            {
                _pictureSeen |= message.Contains(": Video: ", StringComparison.Ordinal);
                _soundSeen |= message.Contains(": Audio: ", StringComparison.Ordinal);
            }
            else if (message.StartsWith("Stream mapping:", StringComparison.Ordinal))
            {
                _tracksKnown = true;
                _found(_pictureSeen, _soundSeen);
            }
            return;
        }
        if (line.Groups["level"].Value is not ("error" or "fatal" or "panic") || line.Groups["who"].Value == "tee")
            return;

        string who = line.Groups["who"].Value;
        string complaint = _source.Redact(who.Length > 0 ? $"{who}: {message}" : message);
        lock (_complaints)
        {
            if (_complaints.Contains(complaint))
                return;
            if (_complaints.Count == KeptComplaints)
                _complaints.Dequeue();
            _complaints.Enqueue(complaint);
        }
    }

    [GeneratedRegex(@"^(?:\[(?<who>[^\]@]+?) @ 0x[0-9a-f]+\] )*\[(?<level>[a-z]+)\] (?<text>.*)$")]
    private static partial Regex Line();
}
