#!/bin/bash
# Is the database what it should be? Logging in says more than that it runs.
mysql -h 127.0.0.1 -u root -e 'select 1' >/dev/null 2>&1
if [ $? -eq 0 ]; then
    exit 0
else
    exit 1
fi
