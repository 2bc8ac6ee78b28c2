#!/bin/bash
# Keeps a record of the states: this instance is now BACKUP.
LOGFILE=/var/log/keepalived-mysql-state.log
echo "[Backup]" >> $LOGFILE
date >> $LOGFILE
