# bash completion of liandongctl. Commands come from `liandongctl --commands`, options from each
# command's --help, so that neither is listed a second time here.

_liandongctl_words() { # commands that begin with what is typed, cut to the word at hand
	local typed="$1" line
	while IFS= read -r line; do
		[[ $line == "$typed"* ]] && line=${line:${#typed}} && printf '%s\n' "${line%% *}"
	done < <("${COMP_WORDS[0]}" --commands 2>/dev/null)
}

# Those of the command's own usage line. Only a command's whole name goes before --help.
_liandongctl_options() {
	local -a name=("$1")
	"${COMP_WORDS[0]}" --commands 2>/dev/null | grep -qxF -- "$1 ${2-}" && name+=("$2")
	"${COMP_WORDS[0]}" "${name[@]}" --help 2>/dev/null | head -n 1 | grep -o -e '--[a-z-]*' | sort -u
}

_liandongctl() {
	local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}"
	local -a words=()
	local i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --server | --connect | --ca | --crl | --cert | --key | --token-file) i=$((i + 1)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	case $before in
	-c | --store | --ca | --crl | --cert | --key | --token-file | --ca-key) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
	--role) mapfile -t COMPREPLY < <(compgen -W 'desk liaison office admin integration' -- "$current"); return ;;
	--priority) mapfile -t COMPREPLY < <(compgen -W 'P1 P2 P3 P4' -- "$current"); return ;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-c --server --ca --crl --cert --key --token-file --insecure-plain --json --unmask --en --help --version --commands $(
			((${#words[@]})) && _liandongctl_options "${words[@]:0:2}")" -- "$current")
	elif ((${#words[@]} == 0)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_liandongctl_words '')" -- "$current")
	elif ((${#words[@]} == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_liandongctl_words "${words[0]} ")" -- "$current")
		[[ ${words[0]} == report || ${words[0]} == backup || ${words[0]} == restore ]] &&
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
	fi
}

complete -o filenames -o bashdefault -F _liandongctl liandongctl
