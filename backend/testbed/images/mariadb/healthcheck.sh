#!/bin/bash
# The questions of the official image's health check that compose files ask: is it reachable, is its storage ready.
set -euo pipefail

readonly ACCOUNT=/var/lib/mysql/.my-healthcheck.cnf

ask() {
    mariadb --defaults-file="$ACCOUNT" --skip-column-names --batch "$@"
}

# By TCP: the server that makes the database at the first start listens on its socket alone.
connect() {
    ask --protocol=tcp --host=127.0.0.1 --execute="SELECT 1" >/dev/null
}

innodb_initialized() {
    [[ $(ask --execute="SELECT COUNT(*) FROM information_schema.ENGINES WHERE engine='innodb' AND support IN ('YES', 'DEFAULT')") == 1 ]]
}

for question in "$@"; do
    case $question in
        --connect) connect ;;
        --innodb_initialized) innodb_initialized ;;
        --su-mysql) ;;
        *) echo "this stand-in does not know the question $question" >&2 && exit 1 ;;
    esac
done
