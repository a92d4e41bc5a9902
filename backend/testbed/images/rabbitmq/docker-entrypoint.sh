#!/bin/bash
# Becomes the broker, or what else is asked for, as the user of the official image.
set -euo pipefail

if [[ ${1:-} == rabbitmq* ]] && ((EUID == 0)); then
    if [[ $1 == rabbitmq-server ]]; then
        find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq:rabbitmq '{}' +
    fi
    exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
exec "$@"
