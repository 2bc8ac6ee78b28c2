// Command vipd is a high-availability daemon that reads keepalived.conf and
// takes keepalived's command line.
package main

import (
	"os"

	"github.com/viplab/viplab/daemon"
)

func main() { os.Exit(daemon.Main(os.Args, os.Stdout, os.Stderr)) }
