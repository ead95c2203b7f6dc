#!/bin/sh
# Sends one signed request with openssl and curl, and prints the reply.
#
#   sh signed-curl.sh <folder of the merchant> <GET|POST> <path with query> [body] [options of curl …]
set -eu

if [ $# -lt 3 ]; then
  echo "usage: sh signed-curl.sh <folder of the merchant> <GET|POST> <path with query> [body] [options of curl ...]" >&2
  exit 2
fi
folder=$1 method=$2 target=$3
shift 3
body=
if [ "$method" = POST ]; then
  body=${1:?a POST needs a body}
  shift
fi

of() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$folder/merchant.json"; }
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)
signature=$(printf '%s\n%s\n%s\n%s\n%s\n' "$method" "$target" "$timestamp" "$nonce" "$body" |
  openssl dgst -sha256 -sign "$folder/apiclient_key.pem" | openssl base64 -A)
credentials="mchid=\"$(of mchid)\",nonce_str=\"$nonce\",signature=\"$signature\",timestamp=\"$timestamp\",serial_no=\"$(of serial_no)\""

set -- --silent --show-error -X "$method" -H 'Accept: application/json' -H "Authorization: WECHATPAY2-SHA256-RSA2048 $credentials" "$@"
if [ "$method" = POST ]; then
  set -- "$@" -H 'Content-Type: application/json' --data-binary "$body"
fi
exec curl "$@" "$(of base_url)$target"
