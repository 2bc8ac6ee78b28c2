#!/bin/bash
# Keeps a record of the states: this instance is now MASTER.
LOGFILE=/var/log/keepalived-mysql-state.log
echo "[Master]" >> $LOGFILE
date >> $LOGFILE
