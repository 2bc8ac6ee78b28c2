#!/bin/sh
# Notes what it is told.
echo "$*" >> /var/log/notes.log
