#!/bin/sh
# Makes a small shop, backs it up, deletes it, recovers it, and compares. In a temporary folder, or in the new one named.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# An installed muster, else that of the checkout which this file is in.
command -v muster >/dev/null || muster() { PATH="$root/node_modules/.bin:$PATH" node "$root/src/muster.js" "$@"; }
command -v sqlite3 >/dev/null || { echo "try.sh needs sqlite3 (on Debian: apt-get install sqlite3)" >&2; exit 2; }

if [ $# -gt 0 ]; then
  mkdir "$1"
  folder=$(cd "$1" && pwd)
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
step() { printf '\n== %s\n' "$*"; }

step "a shop in $folder"
mkdir -p "$folder/shop/etc" "$folder/shop/data" "$folder/shop/www/images"
printf 'currency = EUR\n' >"$folder/shop/etc/shop.conf"
printf '<!doctype html><title>The shop</title><h1>Open for business</h1>\n' >"$folder/shop/www/index.html"
for number in 1 2 3; do
  printf '<h1>Article %s</h1>\n' "$number" >"$folder/shop/www/article $number.html"
  head -c 300000 /dev/urandom >"$folder/shop/www/images/photo-$number.jpg"
done
sqlite3 "$folder/shop/data/orders.db" "create table orders (id integer primary key, total integer not null);
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) insert into orders select i, i * 7 % 100 from n;"
cp "$here/muster.yaml" "$folder/muster.yaml"
cat >"$folder/environment" <<END
export SHOP='$folder/shop' SHOP_BACKUPS='$folder/backups'
export MUSTER_PASSPHRASE='$(head -c 18 /dev/urandom | base64)'
command -v muster >/dev/null || muster() { PATH="$root/node_modules/.bin:\$PATH" node "$root/src/muster.js" "\$@"; }
END
cd "$folder"
. ./environment

step "muster validate"
muster validate --strict
step "muster backup --all"
muster backup --all --quiet
printf 'currency = EUR\nlanguage = de\n' >shop/etc/shop.conf
muster backup configuration --quiet
muster verify --quiet | grep -v '^ '

step "the bad day"
cp -a shop before
rm -r shop
ls -d shop 2>&1 || true

step "muster recover rebuild --execute"
muster recover rebuild --execute --quiet --reason "the shop was deleted"

step "compared with what was there"
diff -r before/etc shop/etc
diff -r before/www shop/www
[ "$(sqlite3 shop/data/orders.db 'select count(*), sum(total) from orders')" = \
  "$(sqlite3 before/data/orders.db 'select count(*), sum(total) from orders')" ]
rm -r before
echo "All files and all $(sqlite3 shop/data/orders.db 'select count(*) from orders') orders are back."
