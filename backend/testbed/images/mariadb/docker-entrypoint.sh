#!/bin/bash
# Makes the database at the first start from the variables that the official image knows, then becomes the server.
set -euo pipefail

readonly DATA=/var/lib/mysql
readonly SOCKET=/run/mysqld/mysqld.sock

# The value of MARIADB_NAME, of the file that MARIADB_NAME_FILE names, or of the same under MySQL's name.
setting() {
    local prefix variable file
    for prefix in MARIADB MYSQL; do
        variable=${prefix}_$1 file=${prefix}_$1_FILE
        if [[ -n ${!variable:-} && -n ${!file:-} ]]; then
            echo "$variable and $file are both set, and only one can hold" >&2
            exit 1
        fi
        [[ -z ${!file:-} ]] || { cat "${!file}" && return; }
        [[ -z ${!variable:-} ]] || { printf '%s' "${!variable}" && return; }
    done
}

# A text as SQL writes it.
quoted() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}

random_password() {
    head -c 24 /dev/urandom | base64 --wrap=0
}

accounts() {
    local root=$1 database user password health
    database=$(setting DATABASE) user=$(setting USER) password=$(setting PASSWORD) health=$(random_password)
    echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$root");"
    echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$root");"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    local host
    for host in localhost 127.0.0.1 ::1; do
        echo "CREATE USER healthcheck@'$host' IDENTIFIED BY $(quoted "$health");"
        echo "GRANT USAGE ON *.* TO healthcheck@'$host';"
    done
    [[ -z $database ]] || echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    if [[ -n $user && -n $password ]]; then
        echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
        [[ -z $database ]] || echo "GRANT ALL ON \`${database//_/\\_}\`.* TO $(quoted "$user")@'%';"
    fi
    (umask 077 && printf '[mariadb-client]\nport=3306\nsocket=%s\nuser=healthcheck\npassword=%s\n' \
        "$SOCKET" "$health" >"$DATA/.my-healthcheck.cnf")
}

root_password() {
    local given
    given=$(setting ROOT_PASSWORD)
    if [[ -z $given && -n ${MARIADB_RANDOM_ROOT_PASSWORD:-}${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
        given=$(random_password)
        echo "GENERATED ROOT PASSWORD: $given" >&2
    fi
    if [[ -z $given && -z ${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-}${MYSQL_ALLOW_EMPTY_PASSWORD:-} ]]; then
        echo "The database is not made yet, and no password for its root is given: set MARIADB_ROOT_PASSWORD" >&2
        exit 1
    fi
    printf '%s' "$given"
}

# One server that nobody reaches over the network writes the accounts, and ends.
make_database() {
    local root server file
    root=$(root_password)
    mariadb-install-db --datadir="$DATA" --auth-root-authentication-method=normal --skip-test-db >/dev/null
    "$@" --skip-networking --socket="$SOCKET" --wsrep-on=OFF &
    server=$!
    until mariadb-admin --no-defaults --user=root --socket="$SOCKET" --silent ping >/dev/null 2>&1; do
        kill -0 $server || { echo "the server ended while the database was made" >&2 && exit 1; }
        sleep 0.2
    done
    accounts "$root" | mariadb --no-defaults --user=root --socket="$SOCKET"
    for file in /docker-entrypoint-initdb.d/*.sql; do
        [[ ! -e $file ]] || MYSQL_PWD=$root mariadb --no-defaults --user=root --socket="$SOCKET" "$(setting DATABASE)" <"$file"
    done
    kill $server
    wait $server
}

main() {
    [[ ${1:-} != -* ]] || set -- mariadbd "$@"
    [[ ${1:-} == mariadbd || ${1:-} == mysqld ]] || exec "$@"
    if ((EUID == 0)); then
        chown --recursive mysql:mysql "$DATA" /run/mysqld
        exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
    fi
    [[ -d $DATA/mysql ]] || make_database "$@"
    unset "${!MARIADB_@}" "${!MYSQL_@}"
    exec "$@"
}

main "$@"
