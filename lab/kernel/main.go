package kernel

import (
	"fmt"
	"os"
)

// roles that Main plays, as VIPLAB_KERNEL_ROLE names them.
const (
	roleHost   = "host"   // PID 1 of fresh namespaces
	roleWarden = "warden" // keeper of a guest kernel's processes and files
)

// Main must be the first call of a program that runs kernels: runners are the
// same executable started again. In a guest's init, in PID 1 of a host runner and
// in a warden it does that duty and ends the process; in any other process it
// returns at once.
func Main() {
	switch role := os.Getenv(envRole); {
	case role == roleWarden:
		os.Exit(wardenMain())
	case role == roleHost:
		os.Exit(hostMain())
	case os.Getpid() == 1 && os.Getenv(envJob) != "":
		guestMain(os.Getenv(envJob)) // does not return: it switches the guest off
	}
}

// complain prints a last word of a process that has nobody else to tell.
func complain(err error) {
	fmt.Fprintln(os.Stderr, "viplab:", err)
}
