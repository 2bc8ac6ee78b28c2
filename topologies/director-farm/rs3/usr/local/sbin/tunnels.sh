#!/bin/sh
# Opens this host's ends of tunnels, at its own address: tunnels.sh ADDRESS
# What a director wraps comes out of ipip1 (IPIP, and GUE by its port) or gre1.
set -e
ip link add ipip1 type ipip local "$1"
ip link add gre1 type gre local "$1"
ip fou add port 6080 gue
for dev in ipip1 gre1; do
    ip link set $dev up
    echo 0 > /proc/sys/net/ipv4/conf/$dev/rp_filter
done
