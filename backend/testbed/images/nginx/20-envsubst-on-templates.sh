#!/bin/sh
# Writes the configuration from /etc/nginx/templates: a variable of the environment is replaced, nginx's own ones stay.
set -eu

templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}

[ -d "$templates" ] || exit 0
if [ ! -w "$output" ]; then
    echo "$0: $templates is left out, because $output cannot be written" >&2
    exit 0
fi
known=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p' | grep -E "${NGINX_ENVSUBST_FILTER:-}" || true)
find "$templates" -follow -type f -name "*$suffix" | while read -r template; do
    written="$output/$(echo "${template#"$templates"/}" | sed "s/$suffix\$//")"
    mkdir -p "$(dirname "$written")"
    envsubst "$known" < "$template" > "$written"
done
