#!/bin/sh
# Makes this director balance the VIP over the real servers, by NAT: packets to
# the VIP get a real server's address, and the answers, which come back through
# this host, the VIP's.
vip=192.0.2.100
ipvsadm -C
ipvsadm -A -t $vip:80 -s rr
ipvsadm -a -t $vip:80 -r 10.0.0.11:80 -m
ipvsadm -a -t $vip:80 -r 10.0.0.12:80 -m
