#!/bin/sh
# Sets the table up by which this director balances the VIP over the web
# servers. Both directors have it: whoever holds the VIP uses it.
ipvsadm -C
ipvsadm -A -t 192.168.0.254:80 -s rr
ipvsadm -a -t 192.168.0.254:80 -r 192.168.0.3:80 -g
ipvsadm -a -t 192.168.0.254:80 -r 192.168.0.4:80 -g
