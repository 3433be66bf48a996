# Sourced by the scripts that put one dependency into .deps/NAME: whole or not at all, once for any number of configures at a time.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; exit 1; }
is_there() { [[ -f $target/stamp && $(<"$target/stamp") == "$stamp" ]]; }

# begin_dependency NAME STAMP: ends the script when NAME is there as STAMP says. Otherwise the result is to be put into $work/result.
begin_dependency() {
  target=$root/.deps/$1
  stamp=$2
  is_there && exit 0
  mkdir -p "$root/.deps"
  exec 9>"$root/.deps/$1.lock"
  flock 9
  is_there && exit 0
  work=$(mktemp -d "$root/.deps/$1.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/result"
}

# npm_package NAME VERSION SHA512: the archive of that package as $package, if it is the one of this SHA-512 (base64, as a lock file writes it).
npm_package() {
  local expected
  command -v npm >/dev/null || fail "npm is missing: run scripts/install_packages.sh first"
  (cd "$work" && npm_config_update_notifier=false timeout 600 npm pack "$1@$2" --ignore-scripts --silent >/dev/null 2>npm.log) ||
    { cat "$work/npm.log" >&2; fail "npm could not fetch $1 $2; check the network and try again"; }
  package=$work/$1-$2.tgz
  expected=$(base64 -d <<<"$3" | od -An -tx1 -v | tr -d ' \n')
  echo "$expected  $package" | sha512sum --check --quiet - >&2 || fail "what npm fetched is not the pinned $1 $2"
}

finish_dependency() {
  echo "$stamp" >"$work/result/stamp"
  chmod 755 "$work/result" && rm -rf "$target" && mv "$work/result" "$target"
}
