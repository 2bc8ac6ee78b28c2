// Package kernel decides where a lab runs, and runs it there.
//
// A piece of work runs in a runner: this executable (or any command) started
// either by the init of a guest kernel (user-mode Linux, an ordinary process) or
// by PID 1 of fresh namespaces on the host's kernel. Both look the same from
// inside: the work is root, owns a network with nothing but lo, has a private
// /proc, /sys, /run and /tmp, may mount, and whatever it started dies with it.
//
// A guest's clock may be virtual (see Clock): when every process of the guest
// waits, time jumps to the next timer, so an idle hour costs seconds.
//
// A program that uses this package calls Main before anything else in its main
// function (or TestMain), since runners are the same executable started again.
package kernel
