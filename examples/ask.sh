# ask WHO PATH [options of curl]: one call to the service of `make run`, with WHO's key of .local/credentials.json.
ask() {
  local address key ended=0
  if ! test "/proc/$(cat .local/serve.pid 2>/dev/null)/cwd" -ef . || ! address=$(grep -m 1 '^ready at ' .local/serve.log); then
    echo 'ask: no service runs in this folder; `make run` starts one, in the folder of the project' >&2
    return 2
  fi
  key=$(sed -n "s/^ *\"$1\": \"\(.*\)\".*/\1/p" .local/credentials.json)
  if test -z "$key"; then
    echo "ask: there is no '$1'. Known: $(sed -n 's/^ *"\(.*\)": .*/\1/p' .local/credentials.json | xargs)" >&2
    return 2
  fi
  curl --silent --show-error --noproxy '*' "${address#ready at }/v1$2" "${@:3}" \
    --header 'Content-Type: application/json' --header "Authorization: Bearer $key" || ended=$?
  echo
  return "$ended"
}
