# Sourced by ./demo, ./test and .ci/run: brings a Debian or Ubuntu machine to what the programs need, or says what to install.
# The .NET packages come with the build; here are only the SDK (checked) and the system's own packages (installed).

say() { printf '%s\n' "$*" >&2; }

need_sdk() {
    if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
        say "The .NET 10 SDK is missing. Install it (packages dotnet-sdk-10.0 on Ubuntu, or Microsoft's dotnet-install script) and run this again."
        exit 1
    fi
}

# What of the named things is missing, as Debian's package names.
missing_packages() {
    command -v ffmpeg >/dev/null || printf 'ffmpeg '
    for pair in "$@"; do
        ldconfig -p 2>/dev/null | grep -q "${pair%%=*}" || printf '%s ' "${pair#*=}"
    done
}

need_packages() {
    # Ubuntu 24.04 and Debian 13 renamed the packages of libraries whose time_t grew; the old names are provided.
    local missing
    missing=$(missing_packages libgtk-3.so.0=libgtk-3-0 libatomic.so.1=libatomic1 libdrm.so.2=libdrm2)
    [ "${1:-}" = "" ] || {
        command -v clang >/dev/null || command -v gcc >/dev/null || missing="$missing gcc"
        [ -e /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
    }
    # Without them the tests that drive them are skipped.
    [ "${1:-}" != everything ] || {
        [ -x /usr/sbin/ngircd ] || missing="$missing ngircd"
        command -v chromium >/dev/null || missing="$missing chromium"
        command -v streamlink >/dev/null || missing="$missing streamlink"
    }
    [ -n "${missing// /}" ] || return 0

    local root=""
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            root="sudo"
        else
            say "These system packages are missing. Install them and run this again:"
            say "    sudo apt-get install -y --no-install-recommends $missing"
            exit 1
        fi
    fi
    if ! command -v apt-get >/dev/null; then
        say "These are missing, and there is no apt-get to install them: $missing"
        exit 1
    fi
    say "Installing: $missing"
    $root apt-get update -qq >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
        say "apt-get could not install: $missing"
        exit 1
    }
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
need_sdk
need_packages "${SETUP_FOR:-}"
