#!/bin/bash
# Looks after nginx: starts it where it is gone, and where it does not come back,
# ends keepalived, so that the other host takes over.
running() { [ "$(ps -C nginx --no-header | wc -l)" -gt 0 ]; }

if ! running; then
    systemctl start nginx
    sleep 1
    if ! running; then
        killall keepalived
    fi
fi
