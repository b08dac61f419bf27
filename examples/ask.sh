# ask WHO PATH [options of curl]: one call to the service of `make run`, with WHO's key of .local/credentials.json.
ask() {
  curl --silent --noproxy '*' "http://127.0.0.1:${PORT:-8080}/v1$2" "${@:3}" --header 'Content-Type: application/json' \
    --header "Authorization: Bearer $(sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" .local/credentials.json)"
  echo
}
