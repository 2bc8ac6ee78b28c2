#!/bin/sh
# Makes this host a real server of LVS-DR, or a plain one again: rs.sh start|stop
# It holds the VIP on lo, so that it takes the packets that a director sends on,
# and keeps silent about it in ARP, so that clients find only the director.
vip=192.168.136.200
conf=/proc/sys/net/ipv4/conf

arp() {
    for dev in all lo; do
        echo "$1" > $conf/$dev/arp_ignore
        echo "$2" > $conf/$dev/arp_announce
    done
}

case $1 in
start)
    arp 1 2
    ifconfig lo:1 $vip netmask 255.255.255.255 broadcast $vip up
    ;;
stop)
    ifconfig lo:1 down
    arp 0 0
    ;;
*)
    echo "usage: ${0##*/} start|stop" >&2
    exit 1
    ;;
esac
