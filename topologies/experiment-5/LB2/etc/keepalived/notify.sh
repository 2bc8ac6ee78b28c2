#!/bin/sh
# Mails root when the director changes state: notify.sh master|backup|fault
contact='root@localhost'

notify() {
    host=$(hostname)
    mail -s "$host to be $1, vip floating" "$contact" <<EOT
$(date '+%F %T'): vrrp transition, $host changed to be $1
EOT
}

case $1 in
master|backup|fault)
    notify "$1"
    ;;
*)
    echo "usage: ${0##*/} master|backup|fault" >&2
    exit 1
    ;;
esac
