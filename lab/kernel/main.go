package kernel

import (
	"fmt"
	"os"

	"github.com/viplab/viplab/lab/kernel/warden"
)

// roleHost in VIPLAB_KERNEL_ROLE makes a process PID 1 of fresh namespaces.
const roleHost = "host"

// Main must be the first call of a program that runs kernels: runners are the
// same executable started again. In a guest's init, in PID 1 of a host runner and
// in a warden it does that duty and ends the process; in any other process it
// returns at once.
func Main() {
	warden.Main()
	switch {
	case os.Getenv(envRole) == roleHost:
		os.Exit(hostMain())
	case os.Getpid() == 1 && os.Getenv(envJob) != "":
		guestMain(os.Getenv(envJob)) // does not return: it switches the guest off
	}
}

// complain prints a last word of a process that has nobody else to tell.
func complain(err error) {
	fmt.Fprintln(os.Stderr, "viplab:", err)
}
