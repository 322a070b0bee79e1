# The supervisor of one task where there is no C compiler to build shim.c: the same arguments and the same lines in STATUS.
# It sets nothing apart, and the agent gives it no settings. It cannot take in orphans, so what a task leaves behind is found and killed
# by the agent. The shell's own words about a signal ("Killed") go to STATUS too: they tell an end by a signal from an exit with the same
# number.
set -f
exec 9>>"$1" 2>&9 </dev/null || exit 125
_platform_self() {
  _platform_pid=$1
  shift 21
  _platform_start=$1
}
read -r _platform_stat </proc/self/stat
_platform_self $_platform_stat
echo "shim $_platform_pid $_platform_start" >&9
exec 3>&-
(
  _platform_sandbox=$2 _platform_user=$3
  shift $((4 + $4))
  _platform_count=$1
  shift
  while [ "$_platform_count" -gt 0 ]; do
    echo 0 >"$1" || { echo "fail cgroup 5" >&9; exit 127; }
    shift
    _platform_count=$((_platform_count - 1))
  done
  cd "$_platform_sandbox" || { echo "fail chdir 2" >&9; exit 127; }
  if [ "$_platform_user" != - ]; then
    _platform_groups=${_platform_user#*,}
    _platform_gid=${_platform_groups%%,*}
    _platform_become="/usr/bin/setpriv --reuid ${_platform_user%%,*} --regid $_platform_gid --groups $_platform_groups --"
    set -- $_platform_become "$@"
    # Made by the user: a program that opens /dev/stdout anew needs the rights on the file.
    $_platform_become /bin/sh -c ': >>stdout && : >>stderr' || { echo "fail output 13" >&9; exit 127; }
  fi
  exec >>stdout 2>>stderr || { echo "fail output 28" >&9; exit 127; }
  read -r _platform_stat </proc/self/stat
  _platform_self $_platform_stat
  echo "task $_platform_pid $_platform_start" >&9
  unset _platform_stat _platform_start _platform_pid _platform_sandbox _platform_user _platform_count _platform_groups _platform_gid _platform_become
  exec 9>&-
  exec /usr/bin/setsid "$@"
)
echo "exit $?" >&9
