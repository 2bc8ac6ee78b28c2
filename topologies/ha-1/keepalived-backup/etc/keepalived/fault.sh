#!/bin/bash
# Keeps a record of the states: this instance is now FAULT.
LOGFILE=/var/log/keepalived-mysql-state.log
echo "[Fault]" >> $LOGFILE
date >> $LOGFILE
