#!/usr/bin/env bash
# ffmpeg 5.1 (Debian 12), decoder h264: of a stream with open groups of pictures and three B-frames, -skip_frame nokey gives three keyframes, the latest
# first, and then none, with exit status 0 and not an error. The same stream with closed groups gives all twenty. -flags low_delay and one thread change nothing.
# One would expect every keyframe, or an error: a program that takes keyframes alone has to count them against the packets that are marked as such.
#
# Seen:
#   open groups:   20 keyframes in the file, decoded at 4 2 0
#   closed groups: 20 keyframes in the file, decoded at 0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38
set -euo pipefail

command -v ffmpeg >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null; }
version=$(ffmpeg -version | sed -n '1s/^ffmpeg version \([^ ]*\).*/\1/p')
case "$version" in
    5.1*) ;;
    *) echo "this is ffmpeg $version; 5.1 was looked at" ; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

look() {    # name, further options of x264
    ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=128x72:r=30:d=40 -pix_fmt yuv420p -c:v libx264 -preset fast -bf 3 -g 60 -keyint_min 60 -sc_threshold 0 $2 "$work/$1.mp4"
    keys=$(ffprobe -v error -select_streams v -show_entries packet=flags -of csv=p=0 "$work/$1.mp4" | grep -c K)
    times=$(ffmpeg -v repeat+level+info -nostdin -skip_frame nokey -i "$work/$1.mp4" -vf showinfo=checksum=0 -fps_mode passthrough -f null - 2>&1 |
        sed -n 's/.* pts_time:\([0-9.]*\).*/\1/p' | tr '\n' ' ')
    printf '%-7s groups: %s keyframes in the file, decoded at %s\n' "$1" "$keys" "$times"
}

look open "-x264-params open-gop=1:b-pyramid=normal" | tee "$work/seen"
look closed "" | tee -a "$work/seen"
grep -q '^open *groups: 20 keyframes in the file, decoded at 4 2 0 $' "$work/seen" || { echo "CHANGED: open groups"; exit 1; }
grep -q '^closed *groups: 20 keyframes in the file, decoded at 0 2 4 .* 36 38 $' "$work/seen" || { echo "CHANGED: closed groups"; exit 1; }
echo "as described (ffmpeg $version)"
