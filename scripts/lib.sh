# shellcheck shell=bash
# What the scripts share: says what it does, installs what is missing and nothing else, finds a Node that can build the pages.
# Sourced, not run.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
node_version=20.20.2 # taken from npm, into build/node, where the system's Node is older than the pages need
npm_version=10.8.2

say() {
    printf '== %s\n' "$*"
}

die() {
    printf 'palabre: %s\n' "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The packages of these groups, one row each, alternatives in it joined by |.
packages_of() {
    local group
    for group in "$@"; do
        awk -v group="$group" '$1 == group { print $2 }' "$root/scripts/packages"
    done
}

package_is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# True where one of the alternatives is there: as a package, or as a program of that name that came another way.
row_is_met() {
    local package
    for package in ${1//|/ }; do
        if package_is_installed "$package" || has "$package"; then return 0; fi
    done
    return 1
}

# Installs a package without letting it start a service, now or at the next boot: Palabre runs a private Redis of its own,
# and a second one on port 6379 is nobody's wish.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d ours='' status=0 package
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        ours=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 || status=$?
    if [ -n "$ours" ]; then as_root rm -f "$policy"; fi
    for package in "$@"; do
        case $package in
            *-server | nginx) if [ -d /run/systemd/system ]; then as_root systemctl disable --quiet "$package" >>"$log" 2>&1 || true; fi ;;
        esac
    done
    return "$status"
}

# install_missing GROUP...: the packages of these groups that are not there yet.
install_missing() {
    local row missing=() log
    for row in $(packages_of "$@"); do
        row_is_met "$row" || missing+=("${row%%|*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    has apt-get || die "please install: ${missing[*]} (this script knows only Debian's apt-get)"
    if [ "$(id -u)" != 0 ] && ! has sudo; then
        die "please run as root: apt-get install ${missing[*]}"
    fi
    say "installing Debian packages: ${missing[*]}"
    log=$(mktemp)
    as_root apt-get update -qq >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get update failed"; }
    install_quietly "${missing[@]}" || { tail -n 20 "$log" >&2; die "could not install: ${missing[*]}"; }
    rm -f "$log"
}

node_is_new_enough() {
    has node && has npm && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

# Puts a `node` and an `npm` on the PATH that can build the pages: those of the system where they are new enough, else a
# Node from npm, kept in build/node.
node_prepare() {
    local cache=$root/build/node machine
    if [ -x "$cache/bin/node" ]; then PATH=$cache/bin:$PATH; fi
    if node_is_new_enough; then return 0; fi
    if ! has node || ! has npm; then install_missing node; fi
    if node_is_new_enough; then return 0; fi
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) die "Node 20.19 or newer is needed, and npm has none for $(uname -m)" ;;
    esac
    say "Node $(node --version) is too old for the pages: taking Node $node_version from npm, into build/node"
    rm -rf "$cache"
    npm install --prefix "$cache" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
        "node-linux-$machine@$node_version" "npm@$npm_version" >/dev/null
    mkdir -p "$cache/bin"
    ln -s "../node_modules/node-linux-$machine/bin/node" "$cache/bin/node"
    ln -s ../node_modules/.bin/npm ../node_modules/.bin/npx "$cache/bin/"
    PATH=$cache/bin:$PATH
    hash -r
    node_is_new_enough || die "the Node in build/node does not run; remove that folder and try again"
}

# npm_install FOLDER: `npm ci` there, unless what is installed is what the lock file says.
npm_install() {
    local folder=$root/$1 stamp=$root/$1/node_modules/.palabre-lock
    if cmp -s "$folder/package-lock.json" "$stamp"; then return 0; fi
    say "installing the npm packages of $1/"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$folder/package-lock.json" "$stamp"
}

# configure PRESET [CMAKE OPTION...]: after node_prepare, so that the tests run under that Node.
configure() {
    local preset=$1 options=(-DNODE="$(command -v node)") log
    shift
    if has ccache; then options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache); fi
    log=$(mktemp)
    (cd "$root" && cmake --preset "$preset" "${options[@]}" "$@") >"$log" 2>&1 || { cat "$log" >&2; die "cmake failed"; }
    rm -f "$log"
}

# What measuring needs: the packages, the peers and their npm packages, a release build and its load generator.
load_prepare() {
    local tests=OFF
    install_missing build serve bench
    node_prepare
    npm_install tests/load/peers
    say "building"
    if pkg-config --exists cmocka; then tests=ON; fi
    configure release "-DPALABRE_TESTS=$tests"
    cmake --build "$root/build/release" --target palabre palabre-load load-bare
}
