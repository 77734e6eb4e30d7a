#!/usr/bin/env bash
# Installs the Debian packages that a target needs; without the right to, says in one line what to run.
# Usage: tools/dipendenze.sh build | test | bench
set -euo pipefail
pacchetti=()
serve() { # serve <command or file> <package>
  command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || pacchetti+=("$2")
}
serve cc build-essential
serve node nodejs
serve npm npm
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || pacchetti+=(postgresql)
ls /usr/share/postgresql/*/extension/unaccent.control >/dev/null 2>&1 || pacchetti+=(postgresql-contrib)
if [ "${1:-build}" = test ]; then
  serve /usr/bin/chromium chromium
  serve python3 python3
  serve qpdf qpdf
  serve pdftotext poppler-utils
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || pacchetti+=(faketime)
fi
if [ "${1:-build}" = bench ]; then
  ls /usr/lib/postgresql/*/bin/pgbench >/dev/null 2>&1 || pacchetti+=(postgresql-contrib)
  serve /usr/sbin/nginx nginx-light
fi
[ ${#pacchetti[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ]; then sudo=(); elif sudo -n true 2>/dev/null; then sudo=(sudo -n); else
  echo "Mancano pacchetti: esegui  sudo apt-get update && sudo apt-get install -y ${pacchetti[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A server that comes with a package must not start by itself on this machine.
[ -e /usr/sbin/policy-rc.d ] || [ "${1:-build}" != bench ] || {
  printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee /usr/sbin/policy-rc.d >/dev/null
  "${sudo[@]}" chmod 755 /usr/sbin/policy-rc.d
  trap '"${sudo[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
}
"${sudo[@]}" apt-get update -q
"${sudo[@]}" apt-get install -yq --no-install-recommends "${pacchetti[@]}"
