#!/bin/bash
# make run: liandongd on an empty var/, with demo accounts and a few sample incidents the first time;
# then it serves in the foreground. Ctrl-C drains and ends it; the next run goes on with the same data.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
config=config/liandong.yaml
demo=var/demo
ctl=("$build/liandongctl" -c "$config")

mkdir -p -m 700 var
# In a session of its own: a terminal's Ctrl-C reaches us alone, and the daemon is asked to end once
# (a second signal would mean "at once").
setsid "$build/liandongd" -c "$config" &
daemon=$!
trap 'kill -TERM $daemon 2>/dev/null || true' INT TERM HUP
trap 'kill -TERM $daemon 2>/dev/null || true; wait $daemon 2>/dev/null || true' EXIT

# Ready is when the control socket answers; if the daemon ends first, it has said why.
for _ in $(seq 300); do
	kill -0 $daemon 2>/dev/null || { trap - EXIT; wait $daemon; exit $?; }
	"${ctl[@]}" status --json >/dev/null 2>&1 && break
	sleep 0.1
done
"${ctl[@]}" status --json >/dev/null

account() { # NAME ROLE [UNIT]: made once, the token kept where only we can read it
	[ -s "$demo/$1.token" ] && return
	(
		umask 077
		"${ctl[@]}" --json account add "$1" --role "$2" ${3:+--unit "$3"} |
			python3 -c 'import json,sys; print(json.load(sys.stdin)["token"])' >"$demo/$1.token.new"
		mv "$demo/$1.token.new" "$demo/$1.token"
	)
}
[ -d $demo ] || mkdir -m 700 $demo
account desk-1 desk
account office-1 office
account water-1 liaison water
account power-1 liaison power
account admin-1 admin

echo
if [ ! -e $demo/reported ]; then
	echo "—— 示例接警台报告几件警情(取自 samples/,时间改为现在)——"
	python3 scripts/demo.py >$demo/incidents.jsonl
	"${ctl[@]}" report --details $demo/incidents.jsonl
	touch $demo/reported
else
	echo "—— 沿用已有数据 ——"
	"${ctl[@]}" incident list --limit 10
fi

address() { # KEY DEFAULT: as it stands in the configuration
	python3 - "$config" "$1" "$2" <<'PYTHON'
import re, sys
text, key, default = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2], sys.argv[3]
found = re.search(rf"^[^#\n]*\b{key}:\s*([^\s,}}]+)", text, re.M)
print(found.group(1).strip("\"'") if found else default)
PYTHON
}
login() { # ACCOUNT: a link that opens its page, once, within ten minutes
	"${ctl[@]}" --json code "$1" | python3 -c "import json,sys; print('http://$http/#/in/' + json.load(sys.stdin)['code'])"
}
console=$(address console 127.0.0.1:7110)
http=$(address http 127.0.0.1:8110)
first=$(sed -n '1s/.*"number": *"\([^"]*\)".*/\1/p' $demo/incidents.jsonl)
cat <<TEXT

—— 正在运行 ——
接警台  $console(每行一个 JSON-RPC 2.0 消息)
HTTP    http://$http(接口说明 http://$http/openapi.yaml)

网页    接警台 $(login desk-1)  联络员 $(login water-1)  联动办 $(login office-1)  管理员 $(login admin-1)
        (各用一次,十分钟内;以后用 ${ctl[*]} code 账号)

演一个有暴雨的晚上(十分钟,另开一个终端):make demo

接警台(另开一个终端,在本目录):
  ${ctl[*]} console
  ${ctl[*]} incident list
  ${ctl[*]} incident show $first
  ${ctl[*]} route explain '路口地下水管爆了,水往菜市场流'
  ${ctl[*]} events --follow
联络员(自来水公司)看指令、签收:
  curl -s -H "Authorization: Bearer \$(cat $demo/water-1.token)" "http://$http/v1/dispatches?open=1"
  curl -s -X POST -H "Authorization: Bearer \$(cat $demo/water-1.token)" -H 'Content-Type: application/json' -d '{}' "http://$http/v1/dispatches/$first-01/acknowledge"

Ctrl-C 结束;再次 make run 沿用同一数据(都在 var/ 下)。
TEXT

# A signal ends the wait early; the second wait is for the daemon's own end.
wait $daemon || true
code=0
wait $daemon 2>/dev/null || code=$?
trap - EXIT
[ $code = 127 ] && code=0
exit $code
