#!/bin/sh
# Before nginx starts: run, in their order, the executable files of /docker-entrypoint.d, as the official image does.
set -eu

case "${1:-}" in
    nginx | nginx-debug)
        for part in $(find /docker-entrypoint.d -follow -type f | sort -V); do
            if [ ! -x "$part" ]; then
                echo "$0: $part is left out, because it is not executable" >&2
                continue
            fi
            case "$part" in
                *.envsh) . "$part" ;;
                *.sh) "$part" ;;
            esac
        done
        ;;
esac
exec "$@"
